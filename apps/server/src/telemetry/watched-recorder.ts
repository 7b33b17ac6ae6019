import type { Recorder } from '@parley/engine/ports/recorder.ts';
import type { Span } from './tracing.ts';
import type { TurnFigures } from './turn-figures.ts';
import type { TurnSpans } from './turn-spans.ts';

/** The recorder, with a span for each write; turns are counted from what is stored of them. */
export function watchRecorder(recorder: Recorder, figures: TurnFigures, spans: TurnSpans): Recorder {
  return {
    recordTurn: async (turn, signal) => {
      await inSpan(spans.current.child('record', { 'turn.number': turn.turnNumber }), () =>
        recorder.recordTurn(turn, signal),
      );
      figures.stored(turn);
      const { reply, waterfall } = turn;
      // Until then more of it is to come: what was heard.
      if (reply?.heardText === undefined) return;
      spans.finished(turn.turnNumber, {
        'turn.interrupted': reply.interrupted,
        'turn.voice_to_voice_ms': waterfall.voiceToVoiceMs,
        'turn.end_of_turn_ms': waterfall.endOfTurnMs,
        'turn.agent_ms': waterfall.agentMs,
        'turn.synthesis_ms': waterfall.synthesisMs,
      });
    },
    recordEnd: (conversationId, reason, endedAtEpochMs, signal) =>
      inSpan(spans.current.child('record end', { 'conversation.end_reason': reason }), () =>
        recorder.recordEnd(conversationId, reason, endedAtEpochMs, signal),
      ),
  };
}

async function inSpan(span: Span, write: () => Promise<void>): Promise<void> {
  try {
    await write();
    span.end();
  } catch (error) {
    span.end({ error: error instanceof Error && 'code' in error ? String(error.code) : 'failed' });
    throw error;
  }
}
