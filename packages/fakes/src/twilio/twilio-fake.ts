import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { FakeOptions, FakeVendor, RunningFake } from '../fake-vendor.ts';
import { startHttpFake } from '../http-fake.ts';
import type { JournalEntry } from '../journal.ts';
import { parseJson } from '../wire/fake-request.ts';
import { type NetworkDelay, noDelay } from './delay-line.ts';
import type { Callee, FakeCall, SipOrigin } from './fake-call.ts';
import type { TwilioHouse } from './house.ts';
import { createCall } from './live-call.ts';
import { answerRest } from './rest.ts';
import { refusalJson } from './rest-json.ts';
import { followTwiml } from './run-twiml.ts';
import { methodOf } from './verb.ts';
import { createWatch } from './watch.ts';
import { createWebhooks, type SentWebhook } from './webhooks.ts';

export interface TwilioFakeOptions extends FakeOptions {
  /** How those behave who are called, by their number or SIP address. Left out: see `calleeOfNumber`. */
  readonly callee?: (target: string) => Callee;
  /** Public origins, as the server knows itself, and where it is served: `{ 'https://agent.example': 'http://127.0.0.1:8080' }`. */
  readonly reach?: Readonly<Record<string, string>>;
  /** Between Twilio and the server, each way, on media streams. */
  readonly network?: NetworkDelay;
  readonly accountSid?: string;
  readonly authToken?: string;
  readonly clock?: Clock;
}

export interface PlacedCall {
  /** `+353861234567`; of a call by SIP an address. */
  readonly from: string;
  readonly to: string;
  /** What the number has for its calls. */
  readonly voiceUrl: string;
  readonly voiceMethod?: 'GET' | 'POST';
  readonly fallbackUrl?: string;
  /** Told when the call is over. */
  readonly statusCallback?: string;
  readonly sip?: SipOrigin;
}

/** A Twilio on this machine. */
export interface RunningTwilio extends RunningFake {
  readonly accountSid: string;
  readonly authToken: string;
  /** Has somebody call one of the numbers. */
  placeCall(call: PlacedCall): FakeCall;
  /** All that there were, oldest first. */
  readonly calls: readonly FakeCall[];
  /** What it asked and told the server. */
  readonly webhooks: readonly SentWebhook[];
  /**
   * Resolves with what the check gives, now or when something has changed.
   * @throws Error after the time-out
   */
  until<T>(what: string, check: (twilio: RunningTwilio) => T | undefined | false, timeoutMs?: number): Promise<T>;
}

export const fakeAccountSid = 'AC0123456789abcdef0123456789abcdef';
export const fakeAuthToken = '0123456789abcdef0123456789abcdef';
/** The number of the account. */
export const fakeNumber = '+35312345678';

/** Twilio's Programmable Voice: REST, TwiML, webhooks and media streams, with people at the far ends. */
export const twilioFake: FakeVendor = { name: 'twilio', start: (options) => startTwilioFake(options) };

/** Rejects when the port is taken. */
export async function startTwilioFake({
  port,
  brain,
  callee = calleeOfNumber,
  reach = {},
  network = noDelay,
  accountSid = fakeAccountSid,
  authToken = fakeAuthToken,
  clock = createSystemClock(),
}: TwilioFakeOptions): Promise<RunningTwilio> {
  const watch = createWatch();
  const { changed } = watch;
  const webhooks = createWebhooks({ authToken, reach, onChange: changed });
  let streams = 0;
  const keep = (entry: JournalEntry) => running.journal.add(entry);
  const house: TwilioHouse = {
    accountSid,
    authToken,
    apiUrl: () => running.url,
    clock,
    brain,
    webhooks,
    reach,
    network,
    callee,
    calls: new Map(),
    recordings: new Map(),
    nextStream: () => ++streams,
    streamReceived: (socket, text) => keep(received(socket, text)),
    streamClosed: (socket, code) => keep({ type: 'closed', socket, code }),
    report: (level, code, text) => keep({ type: 'report', level, code, text }),
    changed,
  };
  const running = await startHttpFake({
    name: 'twilio',
    port,
    routes: { request: (exchange) => answerRest(house, exchange), refusal: refusalJson },
    environment: (url) => ({
      TWILIO_API_BASE_URL: url,
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_PHONE_NUMBER: fakeNumber,
    }),
    onClose: () => {
      for (const call of house.calls.values()) call.end('completed');
    },
  });
  const twilio: RunningTwilio = {
    name: running.name,
    url: running.url,
    environment: running.environment,
    journal: running.journal,
    get openSockets() {
      const open = [...house.calls.values()].flatMap((call) => call.streams.filter(({ state }) => state === 'open'));
      return running.openSockets + open.length;
    },
    strike: running.strike,
    close: running.close,
    accountSid,
    authToken,
    get calls() {
      return [...house.calls.values()];
    },
    get webhooks() {
      return webhooks.sent;
    },
    placeCall({ from, to, voiceUrl, voiceMethod, fallbackUrl, statusCallback, sip }) {
      const callback =
        statusCallback === undefined
          ? undefined
          : { url: statusCallback, method: 'POST' as const, events: ['completed'] };
      const call = createCall(house, { direction: 'inbound', from, to, sip, callback });
      const fallback = fallbackUrl === undefined ? undefined : { url: fallbackUrl, method: 'POST' as const };
      void followTwiml(call, { kind: 'url', url: voiceUrl, method: methodOf(voiceMethod), params: {}, fallback });
      return call;
    },
    until: (what, check, timeoutMs = 10_000) => watch.until(what, () => check(twilio), timeoutMs),
  };
  return twilio;
}

/** By its end a number says how it behaves: …0001 is busy, …0002 does not answer, …0003 fails, …0004 is a machine; others answer and stay. */
export function calleeOfNumber(target: string): Callee {
  const number = /^(?:sips?:)?([^@]*)/.exec(target)?.[1] ?? '';
  if (number.endsWith('0001')) return { does: 'busy' };
  if (number.endsWith('0002')) return { does: 'no-answer' };
  if (number.endsWith('0003')) return { does: 'failed' };
  return { does: 'answers', as: number.endsWith('0004') ? 'machine' : 'human' };
}

/** Sound is counted, and not kept twice. */
function received(socket: number, text: string): JournalEntry {
  const payload = /^\{"event":"media".*"payload":"([^"]*)"/.exec(text)?.[1];
  if (payload !== undefined) return { type: 'audio', socket, bytes: Math.floor((payload.length * 3) / 4) };
  return { type: 'message', socket, body: parseJson(text) ?? text };
}
