import type { ConversationOpened, ConversationView } from '@parley/contract/conversations.ts';
import { type ConversationFailure, runSteps } from '@parley/conversation-tests/run-conversation.ts';
import type { Never, PlacedStep } from '@parley/conversation-tests/step.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { type CallChannel, CallError, type CallEvent, type CallFailureCode, type CallResult } from './call-events.ts';
import { prepareUtterances } from './caller-voice.ts';
import { connect, openConversation, readRecord } from './line.ts';
import { createLiveCall } from './live-call.ts';
import type { CallStep } from './script.ts';
import { createTimeline, createWireLine, graceMs } from './wire-line.ts';

export interface CallOptions {
  /** Of a running server, such as `http://localhost:8080`. */
  readonly url: string;
  readonly steps: readonly (CallStep | PlacedStep)[];
  /** What must not occur in the whole call. */
  readonly never?: readonly Never[] | undefined;
  /** Real audio, or text over a WebSocket (then spoken steps are typed). Default `webrtc`. */
  readonly channel?: CallChannel;
  readonly agentId?: string | undefined;
  /** IANA zone of the caller. */
  readonly timeZone?: string | undefined;
  /** Voice of the embedded synthesizer. `rms`: not the agent's own, so that both can be told apart in a recording. */
  readonly voice?: string | undefined;
  /** RMS of white noise under the caller's side in dB below full scale; none when left out. */
  readonly noiseDbfs?: number | undefined;
  /** Whether the agent's answer asks for the caller's words again; they are then said again, at most twice. */
  readonly asksAgain?: (answer: string) => boolean;
  /** Stay on the line so long after the last step, to hear what comes. Default 0. */
  readonly lingerMs?: number;
  /** A synthesizer to share between calls; otherwise one is made and closed. */
  readonly synthesizer?: Synthesizer;
  readonly onEvent?: (event: CallEvent) => void;
  readonly signal?: AbortSignal;
}

/**
 * Calls the agent and holds the conversation that the steps describe: each step when the agent has finished, an
 * interruption while it speaks. Never throws for what goes wrong with the call: that is the result's `failure`.
 */
export async function placeCall(options: CallOptions): Promise<CallResult> {
  const channel = options.channel ?? 'webrtc';
  const url = options.url.replace(/\/+$/, '');
  const signal = options.signal ?? new AbortController().signal;
  const synthesizer = options.synthesizer ?? createEmbeddedSynthesizer();
  const steps = options.steps.map((step) => (isPlaced(step) ? step : place(step)));
  const moves = steps.map(({ step }) => step);
  const timeline = createTimeline();
  const onEvent = (event: CallEvent) => {
    timeline.take(event);
    options.onEvent?.(event);
  };
  const call = createLiveCall({
    channel,
    noiseDbfs: options.noiseDbfs,
    onEvent,
    onRecorded: timeline.recorded,
    signal,
  });
  let opened: ConversationOpened | undefined;
  let record: ConversationView | undefined;
  let failure: CallResult['failure'];
  try {
    // Before the line stands, so that the caller answers at once and not when its voice is ready.
    const utterances =
      channel === 'webrtc' ? await prepareUtterances(moves, synthesizer, options.voice, signal) : new Map();
    opened = await openConversation(url, channel, { agentId: options.agentId, timeZone: options.timeZone, signal });
    const conversation = opened;
    const dial = () => connect(url, conversation, channel, call.lineEvents, signal);
    call.begin(await dial(), conversation);
    const line = createWireLine({ call, channel, timeline, utterances, dial });
    const onPassed = ({ step, source }: PlacedStep) => {
      if (step.type === 'expect') call.checked(source);
    };
    const failed = await runSteps(
      { steps, never: options.never ?? [] },
      line,
      { withinToleranceMs: 0, graceMs },
      { onPassed, ...(options.asksAgain !== undefined && { asksAgain: options.asksAgain }) },
    );
    if (failed !== undefined && !signal.aborted) failure = { code: codeOf(failed), message: failed.message };
    signal.throwIfAborted();
    if (failed === undefined) await call.pause(options.lingerMs ?? 0);
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
  failure ??= call.unheard(moves);
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

/** A step that is written in a program. */
export function place(step: CallStep): PlacedStep {
  const text = 'text' in step ? step.text : undefined;
  return { step, line: undefined, source: text === undefined ? step.type : `${step.type}: ${text}` };
}

function isPlaced(step: CallStep | PlacedStep): step is PlacedStep {
  return 'step' in step;
}

function codeOf({ cause, mismatch }: ConversationFailure): CallFailureCode {
  if (cause instanceof CallError) return cause.code;
  if (mismatch !== undefined) return 'not_as_expected';
  return cause === undefined ? 'ended_early' : 'caller_failed';
}

function explain(error: unknown, signal: AbortSignal): NonNullable<CallResult['failure']> {
  if (error instanceof CallError) return { code: error.code, message: error.message };
  if (signal.aborted) return { code: 'aborted', message: 'The call was stopped.' };
  return { code: 'caller_failed', message: error instanceof Error ? error.message : String(error) };
}
