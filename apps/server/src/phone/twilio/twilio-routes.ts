import type { IncomingMessage } from 'node:http';
import { WireError } from '@parley/contract/errors.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parse } from '../../api/errors.ts';
import { isSignedByTwilio, type TwilioParams } from '../../edge/signatures/twilio-signature.ts';
import type { WhyEnded } from '../call-end.ts';
import type { OfferedCall, PhoneDesk, UnansweredOutcome } from '../phone-desk.ts';
import { type TwilioAddresses, twilioPaths } from './addresses.ts';
import { mostConnections, type StreamAnswers } from './stream-answers.ts';
import type { TwilioCalls } from './twilio-calls.ts';
import type { TwilioDialer } from './twilio-dialer.ts';
import {
  type ActionRequest,
  actionRequestSchema,
  answererOf,
  machineRequestSchema,
  ownQuerySchema,
  partyOf,
  readForm,
  recordingRequestSchema,
  statusRequestSchema,
  streamStatusRequestSchema,
  transferResult,
  voiceRequestSchema,
} from './twilio-requests.ts';
import { isOver, type TwilioCallStatus, type TwilioRest } from './twilio-rest.ts';
import type { TwilioTransfers } from './twilio-transfers.ts';
import { busyTwiml, hangUpTwiml, sayTwiml } from './twiml.ts';

export interface TwilioRoutesParts {
  readonly authToken: string;
  readonly addresses: TwilioAddresses;
  readonly answers: StreamAnswers;
  readonly calls: TwilioCalls;
  readonly desk: Pick<PhoneDesk, 'receive' | 'giveUp' | 'expected' | 'noted' | 'callOf' | 'isBusy'>;
  readonly outgoing:
    | { readonly dialer: TwilioDialer; readonly transfers: TwilioTransfers; readonly rest: TwilioRest }
    | undefined;
  /** Ours by the settings. */
  readonly number: string | undefined;
  /** No other server of ours may have the stream of a call whose webhook came here. */
  readonly isAlone: boolean;
  /** In which callers are told that nobody can come, when nobody is known whose language it could be. */
  readonly language: string;
  /** Told of what is not signed. Throws WireError for an address that sends too much of it. */
  readonly countStranger: (request: IncomingMessage) => Promise<void>;
  readonly onError: (error: unknown, context: string) => void;
}

/** Twilio sends some two kilobytes; calls by SIP bring their headers along. */
const bodyLimitBytes = 64 * 1024;
/** Of a call that another server of ours connected, its end is told here and there at once: there first. */
const giveUpAfterMs = 5000;
const statusTimeoutMs = 5000;

const noStream: WhyEnded = { reason: 'network_lost', detail: 'Twilio asked what to do, and brought no sound' };

/** What Twilio asks and tells, at /voice. All of it is signed; what is not gets 403, whatever it is. */
export function installTwilioRoutes(app: FastifyInstance, parts: TwilioRoutesParts): void {
  const { answers, calls, desk, outgoing } = parts;

  const giveUp = async (callSid: string, outcome: UnansweredOutcome, why?: WhyEnded): Promise<void> => {
    const call = await desk.expected(callSid);
    if (call !== undefined && desk.callOf(call.conversationId) === undefined) {
      await desk.giveUp(call.conversationId, outcome, why);
    }
  };
  const inBackground = (what: string, work: Promise<void>): void =>
    void work.catch((error: unknown) => parts.onError(error, what));

  /** No stream came of a webhook: is the call still there, on another server of ours? */
  const lost = async (callSid: string): Promise<void> => {
    // Nobody can be asked: it ends there, when it ends.
    if (outgoing === undefined && !parts.isAlone) return;
    const signal = AbortSignal.timeout(statusTimeoutMs);
    const status = await outgoing?.rest.status(callSid, signal).catch(() => undefined);
    if (status === undefined) return giveUp(callSid, 'failed', noStream);
    // The caller hung up before anything was heard.
    if (isOver(status)) return giveUp(callSid, outcomeOf(status) ?? 'canceled');
    if (!parts.isAlone) return;
    // They hear nothing, and pay for it.
    await giveUp(callSid, 'failed', noStream);
    await outgoing?.rest.complete(callSid, signal);
  };

  /** `away`: the database is, and what becomes of the call must not hang on that. */
  const expected = async (callSid: string) => {
    try {
      return await desk.expected(callSid);
    } catch (error) {
      parts.onError(error, 'which conversation a call of Twilio is');
      return 'away';
    }
  };

  const voice = async (form: unknown): Promise<string> => {
    const request = parse(voiceRequestSchema, form);
    const { CallSid: callSid, SipDomain: sipDomain } = request;
    const [from, to] = [partyOf(request.From), partyOf(request.To)];
    const ticket = { callSid, dialId: undefined, direction: 'inbound', from, to, sipDomain } as const;
    const connect = (conversationId: string) => {
      calls.expect(callSid, () => inBackground('a call whose sound never came', lost(callSid)));
      return answers.answer({ ...ticket, conversationId }, 0);
    };
    // Twilio asks again when an answer was slow or lost: it is the same call. A server that is late does not ask its database, which
    // would be late as well, of a call that it has not taken: the caller would wait for seconds to be told that nobody can come.
    const isNew = desk.isBusy && !calls.isExpected(callSid) && calls.of(callSid) === undefined;
    const known = isNew ? undefined : await expected(callSid);
    if (known === 'away') return sayTwiml('away', parts.language);
    if (known !== undefined) return connect(known.conversationId);
    const offered: OfferedCall = {
      ...{ channel: 'twilio', callId: callSid, from, to, source: request.AccountSid },
      isServersOwn: to === parts.number,
      ...(request.CallerName !== undefined && { fromDisplayName: request.CallerName }),
    };
    const reception = await desk.receive(offered);
    if (reception.type === 'taken') return connect(reception.conversationId);
    switch (reception.why) {
      case 'busy':
      case 'rate_limited':
        return busyTwiml();
      case 'unknown_number':
        return sayTwiml('unknown_number', parts.language);
      case 'shutting_down':
      case 'failed':
        return sayTwiml('away', reception.language ?? parts.language);
    }
  };

  /** A stream is over, or somebody who was dialled for the caller: what now? */
  const action = async (form: unknown, query: unknown): Promise<string> => {
    const request = parse(actionRequestSchema, form);
    const { transfer, times } = parse(ownQuerySchema, query);
    const { CallSid: callSid } = request;
    calls.settled(callSid);
    const result = transfer === undefined ? undefined : transferResult(request);
    const isCallerGone = request.CallStatus !== undefined && isOver(request.CallStatus);
    // An answer that was not told by itself is told by the end of the call that it was.
    if (isCallerGone && result?.type !== 'answered') calls.over(callSid, 'the caller hung up');
    if (transfer !== undefined && result !== undefined) outgoing?.transfers.over(transfer, result);
    if (isCallerGone || result?.type === 'answered') return hangUpTwiml();
    return again(request, transfer === undefined ? times : 0);
  };

  /** Back to the same conversation, if it goes on. */
  const again = async (request: ActionRequest, times: number): Promise<string> => {
    const { CallSid: callSid, SipDomain: sipDomain } = request;
    if (calls.hasEnded(callSid) || times >= mostConnections) return hangUpTwiml();
    const leg = calls.of(callSid);
    const known = await expected(callSid);
    const conversationId = known === 'away' ? undefined : known?.conversationId;
    if (leg?.takesNewStream !== true && conversationId === undefined) return hangUpTwiml();
    const direction = leg?.direction ?? (request.Direction?.startsWith('outbound') === true ? 'outbound' : 'inbound');
    const [from, to] = [leg?.from ?? partyOf(request.From), leg?.to ?? partyOf(request.To)];
    return answers.answer({ callSid, dialId: undefined, direction, from, to, sipDomain, conversationId }, times);
  };

  const status = async (form: unknown, query: unknown): Promise<undefined> => {
    const { CallSid: callSid, CallStatus: now } = parse(statusRequestSchema, form);
    const { transfer, dial } = parse(ownQuerySchema, query);
    if (transfer !== undefined) {
      // Of the other call, which the caller was to be put through to.
      if (now === 'in-progress') outgoing?.transfers.answered(transfer);
      return;
    }
    if (dial !== undefined) outgoing?.dialer.told(dial, callSid, now);
    if (!isOver(now)) return;
    calls.over(callSid, `Twilio: ${now}`);
    const outcome = outcomeOf(now);
    if (outcome !== undefined) return void (await giveUp(callSid, outcome));
    setTimeout(() => inBackground('the end of a call', giveUp(callSid, 'canceled')), giveUpAfterMs).unref();
  };

  const recording = async (form: unknown, query: unknown): Promise<undefined> => {
    const request = parse(recordingRequestSchema, form);
    if (request.RecordingStatus !== 'completed') return;
    const { conversation = (await desk.expected(request.CallSid))?.conversationId } = parse(ownQuerySchema, query);
    const { RecordingUrl: vendorRecordingUrl, RecordingDuration: vendorRecordingSeconds } = request;
    if (conversation === undefined) return;
    await desk.noted(conversation, {
      vendorRecordingUrl,
      ...(vendorRecordingSeconds !== undefined && { vendorRecordingSeconds }),
    });
  };

  const machine = async (form: unknown, query: unknown): Promise<undefined> => {
    const { AnsweredBy } = parse(machineRequestSchema, form);
    const { dial } = parse(ownQuerySchema, query);
    if (dial !== undefined) outgoing?.dialer.answeredBy(dial, answererOf(AnsweredBy));
  };

  const streamStatus = async (form: unknown): Promise<undefined> => {
    const { CallSid, StreamEvent, StreamError } = parse(streamStatusRequestSchema, form);
    if (StreamEvent !== 'stream-error') return;
    parts.onError(new Error(`${CallSid}: ${StreamError ?? 'no reason given'}`), 'a media stream, as Twilio tells it');
  };

  // Apart from the other routes: only here are forms read.
  void app.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: bodyLimitBytes },
      (_request, body, done) => done(null, readForm(String(body))),
    );
    const post = (path: string, run: (form: unknown, query: unknown) => Promise<string | undefined>) =>
      scope.post(path, { bodyLimit: bodyLimitBytes }, async (request, reply) => {
        await checkSignature(parts, request);
        return send(reply, await run(request.body ?? {}, request.query));
      });
    post(twilioPaths.voice, voice);
    post(twilioPaths.fallback, async () => sayTwiml('away', parts.language));
    post(twilioPaths.action, action);
    post(twilioPaths.status, status);
    post(twilioPaths.streamStatus, streamStatus);
    post(twilioPaths.recording, recording);
    post(twilioPaths.machine, machine);
  });
}

/** Every field as it came: also one that has a name of JavaScript's own is signed. */
function isForm(body: unknown): body is TwilioParams {
  if (typeof body !== 'object' || body === null) return false;
  return Object.values(body).every(
    (value) => typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string')),
  );
}

/** @throws WireError `forbidden`, `rate_limited` */
async function checkSignature(parts: TwilioRoutesParts, request: FastifyRequest): Promise<void> {
  const { authToken, addresses } = parts;
  const { 'x-twilio-signature': header } = request.headers;
  const form = request.body ?? {};
  const signature = typeof header === 'string' ? header : undefined;
  const isRight = (params: TwilioParams): boolean =>
    addresses.signed(request.url).some((url) => isSignedByTwilio({ authToken, header: signature, url, params }));
  if (isForm(form) && (isRight(form) || isRight(withoutLateFields(form)))) return;
  await parts.countStranger(request.raw);
  throw new WireError('forbidden');
}

/** It is told of Twilio that it adds these on the way, after signing. Nothing is done with them here, so nobody gains by them. */
function withoutLateFields({ CallToken, StirVerstat, ...signed }: TwilioParams): TwilioParams {
  return signed;
}

function send(reply: FastifyReply, twiml: string | undefined): FastifyReply {
  void reply.header('cache-control', 'no-store');
  if (twiml === undefined) return reply.status(204).send();
  return reply.type('text/xml; charset=utf-8').send(twiml);
}

/** Why nobody talked on a call that is over; undefined for one that was answered: whoever talked with it knows more. */
function outcomeOf(status: TwilioCallStatus): UnansweredOutcome | undefined {
  switch (status) {
    case 'busy':
    case 'failed':
    case 'canceled':
      return status;
    case 'no-answer':
      return 'no_answer';
    default:
      return undefined;
  }
}
