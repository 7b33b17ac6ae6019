import { type Draft, emit, tell, update, updateReply } from './draft.ts';
import type { ReplyId } from './event.ts';
import { releaseFloor } from './interruption.ts';
import { cutOffReply, forgetTurn, openReply, takeNextTyped } from './replies.ts';
import { addSentence, advance, finishThinking, plain, showInstead, skipSentence } from './speaking.ts';
import { hasVoice, isSounding, type TurnState } from './state.ts';

export interface TroubleOptions {
  /** Silence of a thinking agent after which a filler is said, by voice only. */
  readonly fillerAfterMs: number;
  /** The longest that the agent may think without a word. */
  readonly thinkTimeoutMs: number;
  /** The longest that a sentence may wait for its first sound. */
  readonly synthesisTimeoutMs: number;
  /** Failures of the agent in a row after which the conversation ends with words. */
  readonly maxFailures: number;
  readonly messages: TroubleMessages;
}

/** What the machine says by itself when a part fails; in the conversation's language. */
export interface TroubleMessages {
  readonly filler: string;
  readonly agentFailed: string;
  readonly agentFailedForGood: string;
  readonly recognizerFailed: string;
  readonly voiceFailed: string;
  readonly notStored: string;
  readonly busy: string;
}

const english: TroubleMessages = {
  filler: 'One moment, please.',
  agentFailed: 'Sorry, something went wrong on my side. Could you say that again?',
  agentFailedForGood: 'I am sorry, I cannot help you right now. Please try again later. Goodbye.',
  recognizerFailed: 'I am having trouble hearing you. Please say that again, or type it.',
  voiceFailed: 'The voice is not available right now; the answer is shown in text.',
  notStored: 'Your message could not be stored. Please send it again in a moment.',
  busy: 'That was too much at once. Please wait for the answer and send the rest again.',
};

const vietnamese: TroubleMessages = {
  filler: 'Xin chờ một chút ạ.',
  agentFailed: 'Xin lỗi, hệ thống vừa gặp sự cố. Quý khách vui lòng nói lại giúp ạ?',
  agentFailedForGood: 'Rất xin lỗi, hiện tại tôi không thể hỗ trợ. Quý khách vui lòng gọi lại sau. Tạm biệt.',
  recognizerFailed: 'Tôi nghe không rõ. Quý khách vui lòng nói lại hoặc nhập tin nhắn ạ.',
  voiceFailed: 'Hiện không có giọng nói; câu trả lời được hiển thị bằng chữ.',
  notStored: 'Chưa lưu được tin nhắn. Quý khách vui lòng gửi lại sau giây lát.',
  busy: 'Xin chờ câu trả lời rồi gửi tiếp giúp ạ.',
};

export const troubleDefaults: TroubleOptions = {
  // Two seconds of silence on the phone are taken for a dropped line.
  fillerAfterMs: 2000,
  // Tools may take five seconds; nobody waits fifteen for a machine that says nothing.
  thinkTimeoutMs: 15_000,
  // Ten times what a slow hosted voice takes to its first byte.
  synthesisTimeoutMs: 5000,
  maxFailures: 3,
  messages: english,
};

export function troubleMessages(language: string): TroubleMessages {
  return language.toLowerCase().startsWith('vi') ? vietnamese : english;
}

export function troubleDeadlineMs(state: TurnState): number | undefined {
  const deadlines = [fillerDueMs(state), thinkTimeoutMs(state), synthesisOverdue(state)?.atMs];
  const set = deadlines.filter((deadline) => deadline !== undefined);
  return set.length > 0 ? Math.min(...set) : undefined;
}

export function onTroubleTimer(draft: Draft): void {
  const { state } = draft;
  const fillerMs = fillerDueMs(state);
  const timeoutMs = thinkTimeoutMs(state);
  if (timeoutMs !== undefined && state.nowMs >= timeoutMs) {
    onAgentFailed(draft, 'think_timeout');
  } else if (fillerMs !== undefined && state.nowMs >= fillerMs) {
    addSentence(draft, { ...plain(state.options.trouble.messages.filler), filler: true });
    advance(draft);
  }
  const overdue = synthesisOverdue(draft.state);
  if (overdue !== undefined && state.nowMs >= overdue.atMs) onSynthesisFailed(draft, overdue.sentence);
}

/** The agent cannot answer: it says so in words, and after some failures in a row it ends the conversation with words. */
export function onAgentFailed(draft: Draft, code: string): void {
  const { reply, options, failuresInARow } = draft.state;
  if (reply === undefined || reply.thinking.kind !== 'running') return;
  const forGood = failuresInARow + 1 >= options.trouble.maxFailures;
  const { agentFailed, agentFailedForGood } = options.trouble.messages;
  const message = forGood ? agentFailedForGood : agentFailed;
  update(draft, { failuresInARow: failuresInARow + 1 });
  // Only the thought is given up; what was already said stays said, and the apology follows it.
  emit(draft, { type: 'abandonThought', replyId: reply.id });
  tell(draft, { type: 'trouble', code, message });
  updateReply(draft, { uncut: '' });
  addSentence(draft, plain(message));
  finishThinking(draft, forGood ? 'error' : undefined);
}

/** No voice for this sentence: it is shown as text and the conversation goes on. */
export function onSynthesisFailed(draft: Draft, sentence: number): void {
  const { reply, options } = draft.state;
  if (reply === undefined || reply.sentences[sentence] === undefined) return;
  tell(draft, { type: 'trouble', code: 'speech_unavailable', message: options.trouble.messages.voiceFailed });
  skipSentence(draft, sentence);
}

/** The driver opens another ear; the caller is told once, when they are not being answered anyway. */
export function onRecognizerFailed(draft: Draft): void {
  const { reply, recognizerApologized, options } = draft.state;
  const message = options.trouble.messages.recognizerFailed;
  tell(draft, { type: 'trouble', code: 'recognizer_failed', message });
  update(draft, { caller: { kind: 'quiet' } });
  // Nobody will say any more whether the voice meant it.
  releaseFloor(draft);
  if (reply !== undefined || recognizerApologized || !hasVoice(draft.state)) return;
  update(draft, { recognizerApologized: true });
  openReply(draft, { cause: 'apology', cue: undefined });
  addSentence(draft, plain(message));
  finishThinking(draft, undefined);
}

/** The way to the caller's ear is gone: what they heard is kept, and they may come back. */
export function onAudioLost(draft: Draft): void {
  const { state } = draft;
  if (state.audio.kind !== 'attached') return;
  const { reply } = state;
  if (reply?.delivery === 'voice') {
    if (reply.caller?.modality === 'text' && !isSounding(reply)) showInstead(draft, reply);
    else cutOffReply(draft);
  }
  update(draft, {
    audio: { kind: 'lost', sinceMs: state.nowMs },
    caller: { kind: 'quiet' },
    silence: { ...state.silence, sinceMs: state.nowMs },
  });
}

/** The database did not take the turn. A typed turn was not answered yet: it is as if it had not been sent. */
export function onRecordFailed(draft: Draft, replyId: ReplyId): void {
  const { reply, options } = draft.state;
  tell(draft, { type: 'trouble', code: 'storage_unavailable', message: options.trouble.messages.notStored });
  if (reply?.id !== replyId || reply.delivery !== 'text') return;
  emit(draft, { type: 'abandon', replyId });
  forgetTurn(draft, reply);
  update(draft, { reply: undefined });
  takeNextTyped(draft);
}

function fillerDueMs({ reply, options }: TurnState): number | undefined {
  if (reply?.thinking.kind !== 'running' || reply.delivery !== 'voice') return undefined;
  if (reply.sentences.length > 0 || reply.uncut !== '') return undefined;
  return reply.thinking.sinceMs + options.trouble.fillerAfterMs;
}

function thinkTimeoutMs({ reply, options }: TurnState): number | undefined {
  if (reply?.thinking.kind !== 'running') return undefined;
  return reply.thinking.sinceMs + options.trouble.thinkTimeoutMs;
}

function synthesisOverdue({ reply, options }: TurnState): { atMs: number; sentence: number } | undefined {
  if (reply === undefined) return undefined;
  for (const [sentence, { synthesis, audioMs, played }] of reply.sentences.entries()) {
    if (synthesis.kind === 'requested' && audioMs === 0 && !played) {
      return { atMs: synthesis.sinceMs + options.trouble.synthesisTimeoutMs, sentence };
    }
  }
  return undefined;
}
