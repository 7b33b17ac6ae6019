import { passed, settled } from '../house.ts';
import { createCall, type LiveCall } from '../live-call.ts';
import { startRecording } from '../recordings.ts';
import { ring } from '../ring.ts';
import { actionOf, callbackOf, type Verb, type VerbContext } from '../verb.ts';
import { elementsOf, textOf } from '../xml.ts';
import { seconds } from './simple.ts';

/** Calls one or several; the first to answer is connected with the caller. */
export const dialVerb: Verb = async (context) => {
  const { call, element, signal } = context;
  const { timeout, answerOnBridge, callerId, timeLimit, record } = element.attributes;
  if (answerOnBridge !== 'true') call.answer();
  const legs = targetsOf(context).map((target) => callTarget(context, target, callerId ?? call.from));
  const answered = await firstToAnswer(legs, 1000 * seconds(timeout, 30), signal);
  if (answered === undefined) {
    const outcomes = legs.map(({ transfer }) => transfer.outcome);
    const status = outcomes.find((outcome) => outcome !== 'no-answer') ?? outcomes[0] ?? 'failed';
    const sid = legs[0]?.child.sid;
    return actionOf(context, {
      DialCallStatus: status,
      ...(sid !== undefined && { DialCallSid: sid }),
      DialBridged: 'false',
    });
  }
  const { child } = answered;
  call.answer();
  const recording =
    record === undefined || record === 'do-not-record' || record === 'false'
      ? undefined
      : startRecording(call, {
          source: 'DialVerb',
          channels: record.endsWith('-dual') ? 2 : 1,
          callback: callbackOf(element, 'recordingStatusCallback', ['completed'], context.resolve),
        });
  let isCallerGone = false;
  try {
    await connected(call, child, 1000 * seconds(timeLimit, 14_400), signal);
  } catch (error) {
    isCallerGone = call.over.aborted;
    if (!isCallerGone) throw error;
  }
  recording?.stop();
  const action = actionOf(context, {
    DialCallStatus: 'completed',
    DialCallSid: child.sid,
    DialCallDuration: String(Math.ceil(child.durationMs / 1000)),
    DialBridged: 'true',
    ...(recording !== undefined && { RecordingUrl: recording.url, RecordingSid: recording.sid }),
  });
  if (isCallerGone) tellOnly(context, action);
  return action;
};

/** The action is asked although the caller is gone; what it answers is for nobody. */
function tellOnly({ call }: VerbContext, action: ReturnType<typeof actionOf>): void {
  if (action?.kind !== 'url') return;
  call.house.webhooks
    .send(action.url, action.method, { ...call.params(), ...action.params })
    .catch((error: unknown) => {
      call.report('warning', 11_200, error instanceof Error ? error.message : String(error));
    });
}

/** Asks the caller's own switch to call somebody else; only there is one, where the caller came by SIP. */
export const referVerb: Verb = async (context) => {
  const { call, element, signal } = context;
  const [noun] = elementsOf(element);
  const target = noun?.name === 'Sip' ? textOf(noun) : textOf(element);
  if (call.sip === undefined) {
    // The number of Twilio's error is not known; that it fails is.
    call.report('error', 13_200, '<Refer> is for calls that came by SIP; this one is from the telephone network.');
    return actionOf(context, { ReferCallStatus: 'failed' });
  }
  const callee = call.house.callee(target);
  const transfer = { by: 'refer' as const, target, callSid: undefined, outcome: 'ringing' as TransferOutcome };
  call.transfers.push(transfer);
  await passed(call.house.clock, callee.afterMs ?? 20, signal);
  const isAnswered = callee.does === 'answers';
  transfer.outcome = callee.does === 'answers' ? 'answered' : callee.does;
  call.changed();
  const codes = { answers: '200', busy: '486', 'no-answer': '480', failed: '503' } as const;
  const action = actionOf(context, {
    ReferCallStatus: isAnswered ? 'completed' : callee.does,
    ReferSipResponseCode: '202',
    NotifySipResponseCode: codes[callee.does],
  });
  // Whoever was referred is gone from here; the action is told and can do no more.
  if (!isAnswered) return action;
  tellOnly(context, action);
  return 'over';
};

type TransferOutcome = LiveCall['transfers'][number]['outcome'];

interface Leg {
  readonly child: LiveCall;
  readonly transfer: LiveCall['transfers'][number];
}

interface Target {
  readonly by: 'number' | 'sip';
  readonly address: string;
  readonly callback: ReturnType<typeof callbackOf>;
}

function targetsOf({ call, element, resolve }: VerbContext): Target[] {
  const nouns = elementsOf(element);
  const targets = nouns.flatMap((noun): Target[] => {
    if (noun.name !== 'Number' && noun.name !== 'Sip') {
      call.report('warning', 12_200, `<Dial> has <${noun.name}>, which the fake does not know.`);
      return [];
    }
    const callback = callbackOf(noun, 'statusCallback', ['completed'], resolve);
    return [{ by: noun.name === 'Sip' ? 'sip' : 'number', address: textOf(noun), callback }];
  });
  if (nouns.length > 0) return targets;
  const number = textOf(element);
  return number === '' ? [] : [{ by: 'number', address: number, callback: undefined }];
}

function callTarget({ call }: VerbContext, { by, address, callback }: Target, from: string): Leg {
  const child = createCall(call.house, {
    direction: 'outbound-dial',
    from,
    to: address,
    parentSid: call.sid,
    callback,
  });
  const transfer = { by, target: address, callSid: child.sid, outcome: 'ringing' as TransferOutcome };
  call.transfers.push(transfer);
  return { child, transfer };
}

async function firstToAnswer(legs: readonly Leg[], timeoutMs: number, signal: AbortSignal): Promise<Leg | undefined> {
  const rest = new AbortController();
  const given = AbortSignal.any([signal, rest.signal]);
  let winner: Leg | undefined;
  try {
    await Promise.all(
      legs.map(async (leg) => {
        try {
          const outcome = await ring(leg.child, timeoutMs, given);
          leg.transfer.outcome = outcome;
          if (outcome === 'answered' && winner === undefined) {
            winner = leg;
            rest.abort();
          } else if (outcome === 'answered') leg.child.end('canceled');
        } catch {
          // Given up, because another answered, because the caller is gone, or because the one called hung up.
          leg.transfer.outcome = leg.child.over.aborted ? outcomeOf(leg.child.status) : 'canceled';
          leg.child.end('canceled');
        }
        leg.child.house.changed();
      }),
    );
  } finally {
    if (signal.aborted) winner?.child.end('completed');
  }
  signal.throwIfAborted();
  return winner;
}

function outcomeOf(status: LiveCall['status']): TransferOutcome {
  return status === 'busy' || status === 'no-answer' || status === 'failed' ? status : 'canceled';
}

/** Both hear each other until one is gone, or it has lasted long enough. */
async function connected(call: LiveCall, child: LiveCall, limitMs: number, signal: AbortSignal): Promise<void> {
  const here = () => child.speaking;
  const there = () => call.speaking;
  call.source = here;
  child.source = there;
  try {
    await settled<void>((resolve) => {
      const cancel = call.house.clock.wakeAt(call.house.clock.nowMs() + limitMs, () => resolve());
      const gone = () => resolve();
      child.over.addEventListener('abort', gone, { once: true });
      if (child.over.aborted) resolve();
      return () => {
        cancel();
        child.over.removeEventListener('abort', gone);
      };
    }, signal);
  } finally {
    if (call.source === here) call.source = undefined;
    child.end('completed');
  }
}
