import type { FakeCall, FakeStream, FakeTransfer, FinalStatus, SipOrigin } from './fake-call.ts';
import { newSid, rfc2822, type TwilioHouse } from './house.ts';
import { createPerson, type LinePerson } from './person.ts';
import { silentFrame } from './playout.ts';
import type { WebhookParams } from './signature.ts';
import { createWatch } from './watch.ts';

/** Gives what the person hears for what they say, each 20 ms. */
export type SoundSource = (spoken: Uint8Array) => Uint8Array | undefined;
/** Overhears a call: a stream one way. */
export type SoundTap = (spoken: Uint8Array, heard: Uint8Array | undefined) => void;

export interface CallbackSettings {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly events: readonly string[];
}

/** A call as the fake leads it. */
export interface LiveCall extends FakeCall {
  readonly house: TwilioHouse;
  readonly person: LinePerson;
  readonly streams: LiveStream[];
  readonly transfers: Writable<FakeTransfer>[];
  readonly said: { text: string; language: string; atMs: number }[];
  readonly sip: SipOrigin | undefined;
  readonly createdEpochMs: number;
  readonly answeredEpochMs: number | undefined;
  readonly endedEpochMs: number | undefined;
  answeredBy: string | undefined;
  /** Aborted when the call is over. */
  readonly over: AbortSignal;
  source: SoundSource | undefined;
  readonly taps: Set<SoundTap>;
  onKey: ((digit: string) => void) | undefined;
  /** What the person says in this 20 ms, for the one with whom they are connected. */
  readonly speaking: Uint8Array;
  /** What every webhook about the call has. */
  params(): WebhookParams;
  /** Ringing and its like. */
  progress(status: 'initiated' | 'ringing'): void;
  /** Nothing happens when it is answered already. */
  answer(): void;
  end(status: FinalStatus): void;
  /** Whatever the call did is over; the signal is that of what it does from now on. */
  takeOver(): AbortSignal;
  report(level: 'error' | 'warning', code: number, text: string): void;
  /** Something of it is other than before. */
  changed(): void;
  /** Runs before the call's last status is told. */
  readonly closers: Set<() => void>;
}

export type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
export interface LiveStream extends Writable<FakeStream> {
  stop(): void;
}

export interface CallSettings {
  readonly direction: FakeCall['direction'];
  readonly from: string;
  readonly to: string;
  readonly parentSid?: string | undefined;
  readonly sip?: SipOrigin | undefined;
  readonly callback?: CallbackSettings | undefined;
}

/** Ended calls that can still be asked for. */
const maxKept = 1_000;

/** Enters a call into the house's books; nothing happens yet. */
export function createCall(
  house: TwilioHouse,
  { direction, from, to, parentSid, sip, callback }: CallSettings,
): LiveCall {
  const { clock, calls } = house;
  const sid = newSid('CA');
  const sipCallId = sip === undefined ? undefined : `${sid.slice(2, 18)}@${sip.sourceIp ?? '192.0.2.1'}`;
  const over = new AbortController();
  const ended = Promise.withResolvers<FinalStatus>();
  const taps = new Set<SoundTap>();
  const closers = new Set<() => void>();
  const watch = createWatch();
  const cancels = new Set<() => void>();
  const reports: { level: 'error' | 'warning'; code: number; text: string }[] = [];
  const createdMs = clock.nowMs();
  let status: FakeCall['status'] = direction === 'inbound' ? 'ringing' : 'queued';
  let answeredMs: number | undefined;
  let answeredEpochMs: number | undefined;
  let endedEpochMs: number | undefined;
  let callbacks = 0;
  let scope = new AbortController();
  let speaking = silentFrame;
  let stopFrames: (() => void) | undefined;

  const changed = () => {
    watch.changed();
    house.changed();
  };
  const tell = (event: string) => {
    if (callback === undefined || !callback.events.includes(event)) return;
    const isOver = event === 'completed';
    const seconds = Math.ceil(call.durationMs / 1000);
    const params = {
      ...call.params(),
      ...(isOver && { CallDuration: String(seconds), Duration: String(Math.ceil(seconds / 60)) }),
      ...(isOver && status === 'completed' && sip === undefined && { SipResponseCode: '200' }),
      Timestamp: rfc2822(clock.epochMs()),
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(callbacks),
    };
    callbacks += 1;
    house.webhooks.send(callback.url, callback.method, params).catch((error: unknown) => {
      call.report('warning', 11_200, error instanceof Error ? error.message : String(error));
    });
  };
  const exchange = () => {
    speaking = person.nextSpoken();
    const heard = call.source?.(speaking);
    if (person.hear(heard)) changed();
    for (const tap of taps) tap(speaking, heard);
  };
  const startFrames = () => {
    let doneMs = clock.nowMs();
    stopFrames = clock.everyFrame((dueMs) => {
      // After a stall all of it: a telephone network does not stop for a busy machine.
      for (; doneMs + 20 <= dueMs && status === 'in-progress'; doneMs += 20) exchange();
    });
  };
  const person = createPerson({
    brain: house.brain,
    press: (digit) => call.onKey?.(digit),
    hangUp: () => call.end(status === 'in-progress' ? 'completed' : direction === 'inbound' ? 'canceled' : 'busy'),
    later(ms, action) {
      const cancel = clock.wakeAt(clock.nowMs() + ms, () => {
        cancels.delete(cancel);
        action();
      });
      cancels.add(cancel);
    },
  });

  const call: LiveCall = {
    house,
    sid,
    parentSid,
    direction,
    from,
    to,
    sip,
    person,
    answeredBy: undefined,
    createdEpochMs: clock.epochMs(),
    said: [],
    transfers: [],
    streams: [],
    reports,
    taps,
    closers,
    source: undefined,
    changed,
    onKey: undefined,
    over: over.signal,
    ended: ended.promise,
    get status() {
      return status;
    },
    get answeredEpochMs() {
      return answeredEpochMs;
    },
    get endedEpochMs() {
      return endedEpochMs;
    },
    get speaking() {
      return speaking;
    },
    get durationMs() {
      return answeredEpochMs === undefined ? 0 : (endedEpochMs ?? clock.epochMs()) - answeredEpochMs;
    },
    get rangMs() {
      return answeredMs === undefined ? undefined : answeredMs - createdMs;
    },
    params() {
      return {
        CallSid: sid,
        AccountSid: house.accountSid,
        From: from,
        To: to,
        Caller: from,
        Called: to,
        CallStatus: status,
        ApiVersion: '2010-04-01',
        Direction: direction,
        ...(parentSid !== undefined && { ParentCallSid: parentSid }),
        ...(call.answeredBy !== undefined && { AnsweredBy: call.answeredBy }),
        ...(sip === undefined
          ? places
          : {
              SipDomain: sip.domain,
              SipDomainSid: `SD${sid.slice(2)}`,
              SipCallId: sipCallId ?? '',
              SipSourceIp: sip.sourceIp ?? '192.0.2.1',
              ...(sip.username !== undefined && { SipUsername: sip.username }),
              ...Object.fromEntries(
                Object.entries(sip.headers ?? {}).map(([name, value]) => [`SipHeader_${name}`, value]),
              ),
            }),
      };
    },
    progress(next) {
      status = next;
      tell(next);
      changed();
    },
    answer() {
      if (over.signal.aborted || status === 'in-progress') return;
      status = 'in-progress';
      answeredMs = clock.nowMs();
      answeredEpochMs = clock.epochMs();
      startFrames();
      tell('answered');
      changed();
    },
    end(final) {
      if (over.signal.aborted) return;
      endedEpochMs = clock.epochMs();
      for (const stream of call.streams) stream.stop();
      for (const close of [...closers]) close();
      stopFrames?.();
      status = final;
      for (const cancel of [...cancels]) cancel();
      person.leave();
      over.abort(new Error('The call is over.'));
      scope.abort(over.signal.reason);
      tell('completed');
      ended.resolve(final);
      changed();
      forget(calls);
    },
    takeOver() {
      scope.abort(new Error('The call does something else now.'));
      scope = new AbortController();
      if (over.signal.aborted) scope.abort(over.signal.reason);
      call.source = undefined;
      call.onKey = undefined;
      return scope.signal;
    },
    report(level, code, text) {
      reports.push({ level, code, text });
      house.report(level, code, `${sid}: ${text}`);
      changed();
    },
    until: (what, check, timeoutMs = 10_000) =>
      watch.until(
        what,
        () => check(call),
        timeoutMs,
        () => `The call is ${status}; ${JSON.stringify(reports)}`,
      ),
  };
  calls.set(sid, call);
  changed();
  return call;
}

/** Where numbers are from; fields that are always there, and mostly empty. */
const places: WebhookParams = Object.fromEntries(
  ['From', 'To', 'Caller', 'Called'].flatMap((who) => [
    [`${who}City`, ''],
    [`${who}State`, ''],
    [`${who}Zip`, ''],
    [`${who}Country`, 'IE'],
  ]),
);

function forget(calls: Map<string, LiveCall>): void {
  if (calls.size <= maxKept) return;
  for (const [sid, call] of calls) {
    if (!call.over.aborted) continue;
    calls.delete(sid);
    if (calls.size <= maxKept / 2) return;
  }
}
