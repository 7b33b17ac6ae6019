import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { createLineToWide } from '@parley/engine/audio/line-rate.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import type { FakeCall } from '@parley/fakes/twilio/fake-call.ts';
import { startTwilioFake } from '@parley/fakes/twilio/twilio-fake.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { prepareUtterances } from './caller-voice.ts';
import type { CallStep } from './script.ts';

export interface TwilioCallOptions {
  /** Of a running server. */
  readonly url: string;
  /** `PUBLIC_URL` of that server, where it has one: what is signed. */
  readonly publicUrl: string | undefined;
  /** `TWILIO_AUTH_TOKEN` of that server. */
  readonly authToken: string;
  readonly accountSid: string | undefined;
  /** `TWILIO_API_BASE_URL` of that server: where it looks for Twilio, to transfer the call. */
  readonly apiBaseUrl: string | undefined;
  readonly to: string;
  readonly steps: readonly CallStep[];
  readonly voice: string | undefined;
  readonly lingerMs: number;
  readonly onEvent: (event: TwilioCallEvent) => void;
  readonly signal: AbortSignal;
}

/** What a person on the telephone notices; `atMs` counts from the answer. */
export type TwilioCallEvent = { readonly atMs: number } & (
  | { readonly type: 'answered'; readonly rangMs: number }
  | { readonly type: 'caller'; readonly text: string }
  /** The agent was heard. `afterMs`: since the caller's last sound; undefined for the greeting. */
  | { readonly type: 'agent'; readonly durationMs: number; readonly afterMs: number | undefined }
  | { readonly type: 'transfer'; readonly target: string; readonly outcome: string }
  | { readonly type: 'announcement'; readonly text: string }
  | { readonly type: 'report'; readonly code: number; readonly text: string }
  | { readonly type: 'ended'; readonly status: string }
);

export interface TwilioCallResult {
  /** Undefined when all was said and answered. */
  readonly failure: string | undefined;
  /** 16 kHz, on one clock. */
  readonly audio: { readonly caller: Pcm; readonly agent: Pcm };
}

const from = '+353861234567';
const answerTimeoutMs = 20_000;
const replyTimeoutMs = 15_000;
const monologueTimeoutMs = 60_000;
/** Longer than the agent's pause between two sentences. */
const finishedQuietMs = 900;

/** Rings a server as Twilio would, and talks with it over the telephone: who is heard is known by sound alone. */
export async function placeTwilioCall(options: TwilioCallOptions): Promise<TwilioCallResult> {
  const { url, steps, voice, signal, onEvent } = options;
  const publicUrl = options.publicUrl ?? url;
  const synthesizer = createEmbeddedSynthesizer();
  const api = options.apiBaseUrl === undefined ? undefined : new URL(options.apiBaseUrl);
  const twilio = await startTwilioFake({
    // Where the server looks for it, if that is here.
    port: api?.hostname === '127.0.0.1' || api?.hostname === 'localhost' ? Number(api.port) : 0,
    brain: createToneBrain(),
    reach: { [new URL(publicUrl).origin]: url },
    authToken: options.authToken,
    ...(options.accountSid !== undefined && { accountSid: options.accountSid }),
  });
  let call: FakeCall | undefined;
  try {
    const utterances = await prepareUtterances(steps, synthesizer, voice, signal);
    call = twilio.placeCall({
      from,
      to: options.to,
      voiceUrl: new URL('/voice', publicUrl).href,
      fallbackUrl: new URL('/voice/fallback', publicUrl).href,
      statusCallback: new URL('/voice/status', publicUrl).href,
    });
    signal.addEventListener('abort', call.person.hangUp, { once: true });
    await call.until(
      'an answer',
      ({ rangMs, reports, status }) => {
        if (rangMs !== undefined) return true;
        const last = reports.at(-1);
        if (isOver(status)) throw new Error(last === undefined ? `Nobody answers: ${status}.` : last.text);
        return false;
      },
      answerTimeoutMs,
    );
    onEvent({ type: 'answered', rangMs: Math.round(call.rangMs ?? 0), atMs: 0 });
    await talk(call, options, utterances);
    call.person.hangUp();
    return { failure: undefined, audio: audioOf(call) };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { failure: signal.aborted ? 'The call was stopped.' : failure, audio: audioOf(call) };
  } finally {
    if (call !== undefined) {
      call.person.hangUp();
      report(call, await call.ended, onEvent);
    }
    await Promise.all([twilio.close(), synthesizer.close()]);
  }
}

async function talk(call: FakeCall, options: TwilioCallOptions, utterances: ReadonlyMap<CallStep, Pcm>): Promise<void> {
  const { steps, lingerMs, signal, onEvent } = options;
  let spokeUntilMs: number | undefined;
  for (const step of steps) {
    await agentFinished(call, spokeUntilMs, onEvent);
    signal.throwIfAborted();
    if (call.status !== 'in-progress') throw new Error('The agent hung up before all was said.');
    const sound = utterances.get(step);
    if (step.type === 'press') {
      onEvent({ type: 'caller', text: `presses ${step.keys.join('')}`, atMs: Math.round(call.durationMs) });
      await call.person.press(step.keys.join(''));
      spokeUntilMs = call.person.speaks.durationMs;
    } else if (sound !== undefined) {
      onEvent({
        type: 'caller',
        text: 'text' in step ? (step.text ?? step.type) : step.type,
        atMs: Math.round(call.durationMs),
      });
      await call.person.say(sound);
      spokeUntilMs = call.person.speaks.lastSoundMs;
    } else throw new Error(`"${step.type}" cannot be done on the telephone.`);
  }
  await agentFinished(call, spokeUntilMs, onEvent);
  await call.until(
    'the end',
    ({ durationMs, status }) => status !== 'in-progress' || durationMs > (spokeUntilMs ?? 0) + lingerMs,
    lingerMs + 60_000,
  );
}

/** Waits for the agent to be heard after a time, and to be quiet again. */
async function agentFinished(
  call: FakeCall,
  sinceMs: number | undefined,
  onEvent: TwilioCallOptions['onEvent'],
): Promise<void> {
  const { hears } = call.person;
  const isOver = () => call.status !== 'in-progress';
  const began = await call.until(
    'a word of the agent',
    () => hears.soundAfter(sinceMs ?? 0) ?? (isOver() ? -1 : undefined),
    replyTimeoutMs,
  );
  if (began < 0) return;
  await call.until(
    'the agent to finish',
    () => isOver() || hears.durationMs - hears.lastSoundMs > finishedQuietMs,
    monologueTimeoutMs,
  );
  const afterMs = sinceMs === undefined ? undefined : Math.round(began - sinceMs);
  onEvent({ type: 'agent', durationMs: Math.round(hears.lastSoundMs - began), afterMs, atMs: began });
}

function report(call: FakeCall, status: string, onEvent: TwilioCallOptions['onEvent']): void {
  const atMs = Math.round(call.durationMs);
  for (const { text, atMs: saidMs } of call.said) onEvent({ type: 'announcement', text, atMs: Math.round(saidMs) });
  for (const { target, outcome } of call.transfers) onEvent({ type: 'transfer', target, outcome, atMs });
  for (const { code, text } of call.reports) onEvent({ type: 'report', code, text, atMs });
  onEvent({ type: 'ended', status, atMs });
}

function audioOf(call: FakeCall | undefined): TwilioCallResult['audio'] {
  const wide = (bytes: Uint8Array | undefined): Pcm => {
    if (bytes === undefined) return new Int16Array(0);
    const raise = createLineToWide();
    const first = raise.process(decodeG711(bytes, 'mulaw')).slice();
    const last = raise.flush();
    const whole = new Int16Array(first.length + last.length);
    whole.set(first);
    whole.set(last, first.length);
    return whole;
  };
  return { caller: wide(call?.person.speaks.mulaw()), agent: wide(call?.person.hears.mulaw()) };
}

function isOver(status: FakeCall['status']): boolean {
  return status !== 'queued' && status !== 'initiated' && status !== 'ringing' && status !== 'in-progress';
}

/** A line for people. */
export function describeTwilioEvent(event: TwilioCallEvent): string {
  const row = (who: string, text: string) =>
    `${(event.atMs / 1000).toFixed(2).padStart(7)} s  ${who.padEnd(8)} ${text}`;
  switch (event.type) {
    case 'answered':
      return row('answered', `after ${event.rangMs} ms`);
    case 'caller':
      return row('caller', event.text);
    case 'agent': {
      const after = event.afterMs === undefined ? 'greets' : `answers after ${event.afterMs} ms`;
      return row('agent', `${after}, and is heard for ${(event.durationMs / 1000).toFixed(1)} s`);
    }
    case 'transfer':
      return row('transfer', `to ${event.target}: ${event.outcome}`);
    case 'announcement':
      return row('Twilio', `says: ${event.text}`);
    case 'report':
      return row('Twilio', `error or warning ${event.code}: ${event.text}`);
    case 'ended':
      return row('ended', event.status);
  }
}
