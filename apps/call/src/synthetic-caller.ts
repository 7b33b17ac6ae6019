import { basename } from 'node:path';
import type { ConversationOpened, ConversationView } from '@parley/contract/conversations.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { type CallChannel, CallError, type CallEvent, type CallResult } from './call-events.ts';
import { connect, newMessageId, openConversation, readRecord } from './line.ts';
import { createLiveCall, type LiveCall } from './live-call.ts';
import type { CallStep } from './script.ts';
import { readUtterance, speak } from './utterance.ts';

export interface CallOptions {
  /** Of a running server, such as `http://localhost:8080`. */
  readonly url: string;
  readonly steps: readonly CallStep[];
  /** Real audio, or text over a WebSocket (then spoken steps are typed). Default `webrtc`. */
  readonly channel?: CallChannel;
  readonly agentId?: string | undefined;
  /** IANA zone of the caller. */
  readonly timeZone?: string | undefined;
  /** Voice of the embedded synthesizer. `rms`: not the agent's own, so that both can be told apart in a recording. */
  readonly voice?: string | undefined;
  /** RMS of white noise under the caller's side in dB below full scale; none when left out. */
  readonly noiseDbfs?: number | undefined;
  /** Stay on the line so long after the last step, to hear what comes. Default 0. */
  readonly lingerMs?: number;
  /** A synthesizer to share between calls; otherwise one is made and closed. */
  readonly synthesizer?: Synthesizer;
  readonly onEvent?: (event: CallEvent) => void;
  readonly signal?: AbortSignal;
}

/** From the end of the caller's words to the agent's first sound; beyond it a person would say "hello?". */
const replyTimeoutMs = 15_000;
/** The longest that the agent may talk without letting the caller speak. */
const monologueTimeoutMs = 60_000;

/**
 * Calls the agent and holds the conversation that the steps describe: each step when the agent has finished, an
 * interruption while it speaks. Never throws for what goes wrong with the call: that is the result's `failure`.
 */
export async function placeCall(options: CallOptions): Promise<CallResult> {
  const channel = options.channel ?? 'webrtc';
  const url = options.url.replace(/\/+$/, '');
  const signal = options.signal ?? new AbortController().signal;
  const synthesizer = options.synthesizer ?? createEmbeddedSynthesizer();
  const call = createLiveCall({ channel, noiseDbfs: options.noiseDbfs, onEvent: options.onEvent, signal });
  let opened: ConversationOpened | undefined;
  let record: ConversationView | undefined;
  let failure: CallResult['failure'];
  try {
    // Before the line stands, so that the caller answers at once and not when its voice is ready.
    const utterances = channel === 'webrtc' ? await prepare(options, synthesizer, signal) : new Map<CallStep, Pcm>();
    opened = await openConversation(url, channel, { agentId: options.agentId, timeZone: options.timeZone, signal });
    call.begin(await connect(url, opened, channel, call.lineEvents, signal), opened);
    await converse(call, options.steps, utterances, channel);
    await call.pause(options.lingerMs ?? 0);
  } catch (error) {
    failure = explain(error, signal);
  }
  call.hangUp();
  if (opened !== undefined && !signal.aborted) {
    try {
      record = await readRecord(url, opened, signal);
    } catch (error) {
      failure ??= explain(error, signal);
    }
  }
  call.end();
  if (options.synthesizer === undefined) await synthesizer.close();
  failure ??= call.unheard(options.steps);
  return {
    failure,
    conversationId: opened?.conversation_id,
    durationMs: call.durationMs(),
    events: call.events,
    turns: call.turns(),
    bookings: record?.bookings ?? [],
    record,
    audio: call.audio(),
  };
}

/** All that will be spoken, as sound. */
async function prepare(
  options: CallOptions,
  synthesizer: Synthesizer,
  signal: AbortSignal,
): Promise<Map<CallStep, Pcm>> {
  const utterances = new Map<CallStep, Pcm>();
  for (const step of options.steps) {
    if (step.type === 'say') utterances.set(step, await speak(synthesizer, step.text, options.voice ?? 'rms', signal));
    if (step.type === 'wav') utterances.set(step, await readUtterance(step.path));
  }
  return utterances;
}

async function converse(
  call: LiveCall,
  steps: readonly CallStep[],
  utterances: ReadonlyMap<CallStep, Pcm>,
  channel: CallChannel,
): Promise<void> {
  for (const [index, step] of steps.entries()) {
    if (step.type === 'hangUp') return;
    const isSpeech = step.type === 'say' || step.type === 'wav';
    const interruptAfterMs = isSpeech ? step.interruptAfterMs : undefined;
    if (interruptAfterMs !== undefined) {
      const begunAtMs = await call.agentBegan(replyTimeoutMs);
      await call.pauseUntil(begunAtMs + interruptAfterMs);
    } else {
      await call.agentFinished(replyTimeoutMs, monologueTimeoutMs);
    }
    if (call.isOver() && step.type !== 'expect' && step.type !== 'pause') {
      throw new CallError('ended_early', `The agent ended the call before step ${index + 1} of ${steps.length}.`);
    }
    if (step.type === 'pause') await call.pause(step.durationMs);
    else if (step.type === 'expect') call.expect(step.text);
    else if (step.type === 'text' || (step.type === 'say' && channel === 'chat')) {
      call.type(step.text, newMessageId());
    } else {
      const samples = utterances.get(step);
      if (samples === undefined) throw new CallError('caller_failed', 'A recording cannot be sent in a call by text.');
      const how = step.type === 'wav' ? 'wav' : 'spoken';
      await call.speak(samples, { text: step.type === 'wav' ? basename(step.path) : step.text, how, interruptAfterMs });
    }
  }
  await call.agentFinished(replyTimeoutMs, monologueTimeoutMs);
}

function explain(error: unknown, signal: AbortSignal): NonNullable<CallResult['failure']> {
  if (error instanceof CallError) return { code: error.code, message: error.message };
  if (signal.aborted) return { code: 'aborted', message: 'The call was stopped.' };
  return { code: 'caller_failed', message: error instanceof Error ? error.message : String(error) };
}
