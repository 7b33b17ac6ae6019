import { passed, settled } from '../house.ts';
import { toLine } from '../person.ts';
import { startRecording } from '../recordings.ts';
import { actionOf, callbackOf, methodOf, playTo, type Verb } from '../verb.ts';
import { elementsOf, textOf } from '../xml.ts';

export const sayVerb: Verb = async ({ call, element, signal }) => {
  const text = textOf(element);
  const language = element.attributes.language ?? 'en-US';
  if (text === '') return undefined;
  const { samples } = await call.house.brain.speak(text, language, signal);
  signal.throwIfAborted();
  call.said.push({ text, language, atMs: call.person.hears.durationMs });
  await playTo(call, toLine(samples), signal);
  return undefined;
};

/** What is at the address is not fetched: silence of a second. */
export const playVerb: Verb = async ({ call, signal }) => {
  await playTo(call, new Uint8Array(8000).fill(0xff), signal);
  return undefined;
};

export const pauseVerb: Verb = async ({ call, element, signal }) => {
  await passed(call.house.clock, 1000 * seconds(element.attributes.length, 1), signal);
  return undefined;
};

export const rejectVerb: Verb = async ({ call, element }) => {
  // Twilio does not document what a call that was turned away with `rejected` is written down as.
  if (call.status === 'ringing') call.end(element.attributes.reason === 'busy' ? 'busy' : 'no-answer');
  return 'over';
};

/** Keys only. */
export const gatherVerb: Verb = async (context) => {
  const { call, element, signal, resolve, run } = context;
  const { numDigits, finishOnKey = '#', timeout, action, method, actionOnEmptyResult } = element.attributes;
  const most = numDigits === undefined ? Number.POSITIVE_INFINITY : Number(numDigits);
  const timeoutMs = 1000 * seconds(timeout, 5);
  const { clock } = call.house;
  let digits = '';
  let cancel = () => {};
  let end = () => {};
  const wait = () => {
    cancel();
    cancel = clock.wakeAt(clock.nowMs() + timeoutMs, () => end());
  };
  const finished = settled<void>((done) => {
    end = done;
    call.onKey = (key) => {
      if (key === finishOnKey) return end();
      digits += key;
      if (digits.length >= most) end();
      else wait();
    };
    return () => {
      cancel();
      call.onKey = undefined;
    };
  }, signal);
  // It is awaited below; until then nobody hears when the call ends.
  finished.catch(() => {});
  // What is said meanwhile ends with the first key at Twilio; here it is said to its end.
  const next = await Promise.race([run(elementsOf(element)), finished]);
  if (typeof next === 'object') return next;
  wait();
  await finished;
  if (digits === '' && actionOnEmptyResult !== 'true') return undefined;
  return action === undefined
    ? undefined
    : { kind: 'url', url: resolve(action), method: methodOf(method), params: { Digits: digits, msg: 'Gather End' } };
};

export const recordVerb: Verb = async (context) => {
  const { call, element, signal, resolve } = context;
  const { timeout, maxLength, finishOnKey = '1234567890*#' } = element.attributes;
  const recording = startRecording(call, {
    source: 'RecordVerb',
    track: 'inbound',
    callback: callbackOf(element, 'recordingStatusCallback', ['completed'], resolve),
  });
  const { clock } = call.house;
  let key = '';
  await settled<void>((end) => {
    const startedMs = clock.nowMs();
    const quietMs = 1000 * seconds(timeout, 5);
    const mostMs = 1000 * seconds(maxLength, 3600);
    const cancel = clock.everyFrame((nowMs) => {
      const { speaks } = call.person;
      const quietForMs = Math.min(speaks.durationMs - speaks.lastSoundMs, nowMs - startedMs);
      if (key !== '' || quietForMs >= quietMs || nowMs - startedMs >= mostMs) end();
    });
    call.onKey = (pressed) => {
      if (finishOnKey.includes(pressed)) key = pressed;
    };
    return () => {
      call.onKey = undefined;
      cancel();
    };
  }, signal);
  recording.stop();
  return actionOf(context, {
    RecordingSid: recording.sid,
    RecordingUrl: recording.url,
    RecordingDuration: String(recording.durationSeconds),
    ...(key !== '' && { Digits: key }),
  });
};

/** An attribute as Twilio takes it: what is no number of seconds counts as left out. */
export function seconds(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : otherwise;
}
