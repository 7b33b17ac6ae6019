import type { ConversationParts } from '@parley/engine/driver/live-conversation.ts';
import type { VoiceDetector } from '@parley/engine/ports/voice-detector.ts';
import type { WatchConversation } from '../conversations/watch-conversation.ts';
import type { Metrics } from './metrics.ts';
import { type Tracing, traceIdOf } from './tracing.ts';
import { createTurnFigures } from './turn-figures.ts';
import { createTurnSpans, type TurnSpans } from './turn-spans.ts';
import { watchAgent } from './watched-agent.ts';
import { watchRecognizer } from './watched-recognizer.ts';
import { watchRecorder } from './watched-recorder.ts';
import { watchSynthesizer } from './watched-synthesizer.ts';

/** What logs say of a failure in a conversation. */
export type FailureLog = (
  error: unknown,
  context: string,
  ids: { readonly conversationId: string; readonly organizationId: string },
) => void;

export interface ConversationWatcher {
  readonly watch: WatchConversation;
  /** The spans of a conversation that is here, for calls that name it: outside systems. */
  spansOf(conversationId: string): TurnSpans | undefined;
  /** Answers that are under way. */
  readonly activeTurns: number;
}

/** Counts and traces every conversation by looking over the shoulders of its parts: the engine knows nothing of it. */
export function createConversationWatcher(
  metrics: Metrics,
  tracing: Tracing,
  logFailure: FailureLog,
): ConversationWatcher {
  const live = new Map<string, TurnSpans>();
  let activeTurns = 0;
  metrics.gauge('parley_turns_active', {}, () => activeTurns);
  const onActiveTurns = (by: 1 | -1) => {
    activeTurns += by;
  };

  return {
    spansOf: (conversationId) => live.get(conversationId),
    get activeTurns() {
      return activeTurns;
    },
    watch: ({ id, organizationId, agentId, openedBy, isResumed }, parts) => {
      const channel = openedBy;
      const startedAtMs = performance.now();
      const root = tracing.begin({
        name: 'conversation',
        kind: 'internal',
        traceId: traceIdOf(id),
        attributes: {
          'conversation.id': id,
          'organization.id': organizationId,
          'agent.id': agentId,
          'conversation.channel': channel,
          'conversation.resumed': isResumed,
        },
      });
      const spans = createTurnSpans(root);
      live.set(id, spans);
      const figures = createTurnFigures(metrics);
      let isJoined = false;
      const join = () => {
        if (!isJoined) metrics.count('parley_conversations_joined_total', { channel });
        isJoined = true;
      };
      const watched: ConversationParts = {
        ...parts,
        recognizer: watchRecognizer(parts.recognizer, spans),
        synthesizer: watchSynthesizer(parts.synthesizer, spans),
        agent: watchAgent(parts.agent, agentId, metrics, spans, onActiveTurns),
        recorder: watchRecorder(parts.recorder, figures, spans),
        voiceDetector: countFrames(parts.voiceDetector, metrics),
        onError: (error, context) => logFailure(error, context, { conversationId: id, organizationId }),
      };
      return {
        parts: watched,
        onEvent: (event) => {
          if (event.type === 'audioAttached' || (event.type === 'clientsChanged' && event.count > 0)) join();
          if (event.type === 'audioLost' || (event.type === 'clientsChanged' && event.count === 0)) isJoined = false;
        },
        onClosed: (reason) => {
          if (live.get(id) === spans) live.delete(id);
          spans.close();
          root.set({ 'conversation.end_reason': reason });
          root.end({ error: reason === 'error' ? 'conversation_failed' : undefined });
          metrics.count('parley_conversations_left_total', { channel, reason });
          if (reason === 'error') metrics.count('parley_conversations_failed_total', { channel, reason });
          metrics.observe(
            'parley_conversation_duration_seconds',
            { channel },
            (performance.now() - startedAtMs) / 1000,
          );
        },
      };
    },
  };
}

/** Counted in fifties, a second of sound: what happens for each frame is one addition. */
const framesAtOnce = 50;

function countFrames(detector: VoiceDetector, metrics: Metrics): VoiceDetector {
  return {
    name: detector.name,
    open: (signal, onEvent) => {
      const stream = detector.open(signal, onEvent);
      let frames = 0;
      signal.addEventListener(
        'abort',
        () => {
          metrics.count('parley_audio_frames_total', { direction: 'in' }, frames);
          frames = 0;
        },
        { once: true },
      );
      const count = () => {
        frames += 1;
        if (frames < framesAtOnce) return;
        metrics.count('parley_audio_frames_total', { direction: 'in' }, frames);
        frames = 0;
      };
      return {
        push: (frame) => {
          count();
          stream.push(frame);
        },
        ...(stream.pushLevel !== undefined && {
          pushLevel: (levelDbfs: number) => {
            count();
            stream.pushLevel?.(levelDbfs);
          },
        }),
      };
    },
    close: () => detector.close(),
  };
}
