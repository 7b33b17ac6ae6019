import type { Waterfall } from '../ports/recorder.ts';
import type { TurnDraft } from './effect.ts';
import { replyText } from './replies.ts';
import type { Marks, Reply, TurnState } from './state.ts';

/** Where the time of a turn went; every stage is the time between two marks. */
export function waterfall(marks: Marks): Waterfall {
  const { speechEndedAtMs, decisionDueAtMs, committedAtMs } = marks;
  const due = decisionDueAtMs === undefined ? committedAtMs : Math.min(decisionDueAtMs, committedAtMs);
  return {
    endOfTurnMs: between(speechEndedAtMs, due),
    transcriptMs: speechEndedAtMs === undefined ? undefined : between(due, committedAtMs),
    agentMs: between(committedAtMs, marks.firstTextAtMs),
    sentenceMs: between(marks.firstTextAtMs, marks.firstSentenceAtMs),
    synthesisMs: between(marks.firstSentenceAtMs, marks.firstAudioAtMs),
    playoutMs: between(marks.firstAudioAtMs, marks.firstFrameAtMs),
    voiceToVoiceMs: between(speechEndedAtMs, marks.firstFrameAtMs),
  };
}

/** The turn as it is to be stored, at whatever point it is. */
export function turnDraft(
  reply: Reply,
  state: TurnState,
  heard: { readonly heardText: string | undefined; readonly interrupted: boolean },
): TurnDraft {
  const text = replyText(reply);
  return {
    replyId: reply.id,
    turnNumber: reply.turnNumber,
    cause: reply.cause,
    startedAtMs: reply.marks.startedAtMs,
    caller: reply.caller && {
      text: reply.understanding?.retold ?? reply.caller.text,
      confidence: reply.caller.confidence,
      rejected: reply.caller.rejected,
      modality: reply.caller.modality,
      messageId: reply.caller.messageId,
    },
    understanding: reply.understanding,
    reply: { text, ...heard, tone: reply.tone, actions: reply.actions },
    waterfall: waterfall(reply.marks),
    memory: state.memory,
    expects: state.expects,
  };
}

function between(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Math.max(0, to - from);
}
