import type { FakeStream } from './fake-call.ts';
import { rfc2822, type TwilioHouse } from './house.ts';
import type { LiveCall } from './live-call.ts';
import type { Recording } from './recordings.ts';

/** The bodies of Twilio's REST answers, field by field. */
export function callJson(call: LiveCall): Record<string, unknown> {
  const { house, status } = call;
  const uri = `${accountUri(house)}/Calls/${call.sid}`;
  const isEnded = call.endedEpochMs !== undefined;
  return {
    sid: call.sid,
    date_created: rfc2822(call.createdEpochMs),
    date_updated: rfc2822(call.endedEpochMs ?? call.answeredEpochMs ?? call.createdEpochMs),
    parent_call_sid: call.parentSid ?? null,
    account_sid: house.accountSid,
    to: call.to,
    to_formatted: call.to,
    from: call.from,
    from_formatted: call.from,
    phone_number_sid: null,
    status: status === 'initiated' ? 'queued' : status,
    start_time: call.answeredEpochMs === undefined ? null : rfc2822(call.answeredEpochMs),
    end_time: call.endedEpochMs === undefined ? null : rfc2822(call.endedEpochMs),
    duration: isEnded ? String(Math.ceil(call.durationMs / 1000)) : null,
    price: null,
    price_unit: 'USD',
    direction: call.direction,
    answered_by: call.answeredBy ?? null,
    annotation: null,
    api_version: '2010-04-01',
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: '0',
    trunk_sid: null,
    uri: `${uri}.json`,
    subresource_uris: Object.fromEntries(
      Object.entries({
        events: 'Events',
        notifications: 'Notifications',
        payments: 'Payments',
        recordings: 'Recordings',
        siprec: 'Siprec',
        streams: 'Streams',
        transcriptions: 'Transcriptions',
        user_defined_message_subscriptions: 'UserDefinedMessageSubscriptions',
        user_defined_messages: 'UserDefinedMessages',
      }).map(([name, part]) => [name, `${uri}/${part}.json`]),
    ),
  };
}

export function recordingJson(house: TwilioHouse, recording: Recording): Record<string, unknown> {
  const isOver = recording.status === 'completed';
  return {
    sid: recording.sid,
    account_sid: house.accountSid,
    call_sid: recording.callSid,
    conference_sid: null,
    date_created: rfc2822(recording.createdEpochMs),
    date_updated: rfc2822(recording.createdEpochMs),
    start_time: rfc2822(recording.createdEpochMs),
    duration: isOver ? String(recording.durationSeconds) : null,
    status: recording.status,
    channels: recording.channels,
    source: recording.source,
    track: recording.track,
    error_code: null,
    price: null,
    price_unit: 'USD',
    api_version: '2010-04-01',
    encryption_details: null,
    media_url: recording.url,
    uri: `${accountUri(house)}/Recordings/${recording.sid}.json`,
  };
}

export function streamJson(house: TwilioHouse, callSid: string, stream: FakeStream): Record<string, unknown> {
  return {
    sid: stream.sid,
    account_sid: house.accountSid,
    call_sid: callSid,
    name: stream.name,
    status: stream.state === 'ended' ? 'stopped' : 'in-progress',
    date_updated: rfc2822(house.clock.epochMs()),
    uri: `${accountUri(house)}/Calls/${callSid}/Streams/${stream.sid}.json`,
  };
}

export function accountJson(house: TwilioHouse): Record<string, unknown> {
  const created = rfc2822(Date.UTC(2026, 0, 1));
  return {
    sid: house.accountSid,
    owner_account_sid: house.accountSid,
    friendly_name: 'A fake account',
    status: 'active',
    type: 'Full',
    auth_token: house.authToken,
    date_created: created,
    date_updated: created,
    uri: `${accountUri(house)}.json`,
    subresource_uris: { calls: `${accountUri(house)}/Calls.json`, recordings: `${accountUri(house)}/Recordings.json` },
  };
}

export function accountUri({ accountSid }: TwilioHouse): string {
  return `/2010-04-01/Accounts/${accountSid}`;
}

/** A refusal with its HTTP status. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function errorJson(status: number, code: number, message: string): Record<string, unknown> {
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
}

/** What a fault by URL answers with. */
export function refusalJson(status: number): Record<string, unknown> {
  if (status === 401) return errorJson(401, 20_003, 'Authenticate');
  if (status === 429) return errorJson(429, 20_429, 'Too Many Requests');
  if (status >= 500) return errorJson(status, status === 503 ? 20_503 : 20_500, 'Internal Server Error');
  return errorJson(status, 20_000 + status, 'The request was refused.');
}
