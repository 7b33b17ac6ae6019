import { createLightVoiceDetector } from '../audio/light-voice-detector.ts';
import { LiveConversation } from '../driver/live-conversation.ts';
import type { Agent } from '../ports/agent.ts';
import { type AudioInlet, FRAME_MS, FRAME_SAMPLES, type LineFormat } from '../ports/audio.ts';
import type { CallRecording } from '../ports/call-recorder.ts';
import type { ClientInlet, ClientNotice } from '../ports/client.ts';
import type { Recognizer } from '../ports/recognizer.ts';
import type { EndReason } from '../ports/recorder.ts';
import type { Synthesizer } from '../ports/synthesizer.ts';
import { type TurnOptions, turnDefaults } from '../turn/options.ts';
import type { Resumption } from '../turn/state.ts';
import {
  createMemoryRecorder,
  createScriptedRecognizer,
  createScriptedSynthesizer,
  type ScriptedTranscript,
  tone,
} from './scripted-parts.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

/** A whole call in virtual time: the real driver and machine, with a scripted caller, recogniser, voice and agent. */
export interface ScriptedCall {
  readonly clock: VirtualClock;
  readonly conversation: LiveConversation;
  readonly recorder: ReturnType<typeof createMemoryRecorder>;
  /** All that clients were told, with the time. */
  readonly notices: readonly (ClientNotice & { readonly atMs: number })[];
  /** Times of the agent's frames that were not silence. */
  readonly agentFrames: readonly number[];
  readonly closed: EndReason | undefined;
  readonly client: ClientInlet;
  attachAudio(line?: LineFormat): AudioInlet;
  /** The caller makes sound for as long as given (300 ms a word by default), heard as the transcript; then falls silent. */
  speak(transcript: ScriptedTranscript | string, durationMs?: number): Promise<void>;
  /** The caller is silent. */
  wait(ms: number): Promise<void>;
  /** The caller waits until the agent has nothing more to say, a minute at most. */
  waitForAgent(): Promise<void>;
  pressToTalk(transcript: string): Promise<void>;
}

export function createScriptedCall(options: {
  readonly agent: Agent;
  readonly openedBy?: 'voice' | 'chat';
  readonly turn?: TurnOptions;
  readonly resumption?: Resumption;
  readonly finalDelayMs?: number;
  readonly synthesizer?: (clock: VirtualClock) => Synthesizer;
  /** Instead of the one that hears what `speak` is given. */
  readonly recognizer?: (clock: VirtualClock) => Recognizer;
  /** Default `scripted-call`; agents vary their wording by it. */
  readonly id?: string;
  /** Wall time of the beginning; Monday morning when left out. */
  readonly epochMs?: number;
  /** IANA; default UTC. */
  readonly timeZone?: string;
  readonly onError?: (error: unknown, context: string) => void;
  readonly beginRecording?: (clock: VirtualClock) => CallRecording;
}): ScriptedCall {
  const clock = createVirtualClock(options.epochMs);
  const recorder = createMemoryRecorder();
  const notices: (ClientNotice & { atMs: number })[] = [];
  const agentFrames: number[] = [];
  const transcripts: ScriptedTranscript[] = [];
  let closed: EndReason | undefined;
  let inlet: AudioInlet | undefined;
  const { beginRecording } = options;

  const conversation = new LiveConversation(
    {
      agent: options.agent,
      recognizer:
        options.recognizer?.(clock) ??
        createScriptedRecognizer(clock, () => transcripts.shift() ?? { kind: 'nothing' }, {
          finalDelayMs: options.finalDelayMs ?? 10,
        }),
      voiceDetector: createLightVoiceDetector(),
      synthesizer: options.synthesizer?.(clock) ?? createScriptedSynthesizer(clock),
      recorder,
      clock,
      onError: options.onError ?? (() => {}),
    },
    {
      id: options.id ?? 'scripted-call',
      turn: options.turn ?? turnDefaults,
      openedBy: options.openedBy ?? 'voice',
      timeZone: options.timeZone ?? 'UTC',
      vocabularyId: 'scripted',
      resumption: options.resumption,
      recentTurns: [],
      onClosed: (reason) => {
        closed = reason;
      },
      onAttachedChanged() {},
      ...(beginRecording && { beginRecording: () => beginRecording(clock) }),
    },
  );
  const client = conversation.attachClient({ tell: (notice) => notices.push({ ...notice, atMs: clock.nowMs() }) });

  const pushFor = async (durationMs: number, frame: () => Int16Array) => {
    for (let passed = 0; passed < durationMs; passed += FRAME_MS) {
      inlet?.push(frame());
      await clock.advance(FRAME_MS);
    }
  };
  const silence = () => new Int16Array(FRAME_SAMPLES);
  const voice = tone(FRAME_MS);

  return {
    clock,
    conversation,
    recorder,
    notices,
    agentFrames,
    client,
    get closed() {
      return closed;
    },
    attachAudio(line) {
      inlet = conversation.attachAudio({
        kind: 'scripted',
        echo: 'cancelled',
        playoutDelayMs: 0,
        ...(line !== undefined && { line }),
        write: (frame) => {
          if (frame.some((sample) => sample !== 0)) agentFrames.push(clock.nowMs());
        },
        clear() {},
        close() {},
      });
      return inlet;
    },
    async speak(transcript, durationMs) {
      const script: ScriptedTranscript =
        typeof transcript === 'string' ? { kind: 'words', text: transcript } : transcript;
      transcripts.push(script);
      const words = script.kind === 'words' ? script.text.split(' ').length : 2;
      await pushFor(durationMs ?? words * 300, () => voice);
    },
    wait: (ms) => pushFor(ms, silence),
    async waitForAgent() {
      for (let passed = 0; passed < 60_000; passed += FRAME_MS) {
        await pushFor(FRAME_MS, silence);
        if (conversation.state === 'waiting' || conversation.state === 'ended') return;
      }
      throw new Error(`The agent did not finish; the conversation is ${conversation.state}.`);
    },
    async pressToTalk(transcript) {
      transcripts.push({ kind: 'words', text: transcript });
      client.pushToTalkStarted();
      await pushFor(transcript.split(' ').length * 300, () => voice);
      client.pushToTalkEnded();
    },
  };
}
