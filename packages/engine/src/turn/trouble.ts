import type { EndReason } from '../ports/recorder.ts';
import { earliest } from './deadlines.ts';
import { type Draft, emit, tell, update, updateReply, updateSentence } from './draft.ts';
import type { ReplyId } from './event.ts';
import { isHandedOver, releaseFloor, waitForCaller } from './interruption.ts';
import { cutOffReply, endConversation, forgetTurn, openReply, recordLastWords, takeNextTyped } from './replies.ts';
import { addSentence, advance, finishThinking, plain, showInstead, skipSentence } from './speaking.ts';
import { hasVoice, isLineHeld, isSounding, type Reply, type TurnState } from './state.ts';
import { partialText, updateUtterance, utteranceOf, utteranceText } from './utterance.ts';

export interface TroubleOptions {
  /** Silence of a thinking agent after which a filler is said, by voice only. */
  readonly fillerAfterMs: number;
  /** Silence after a filler until the next one. */
  readonly fillerAgainAfterMs: number;
  /** The longest that the agent may think without a word. */
  readonly thinkTimeoutMs: number;
  /** The longest that an agent may say that it waits for something outside, at a time. */
  readonly maxWaitMs: number;
  /** The longest that a sentence may wait for its first sound. */
  readonly synthesisTimeoutMs: number;
  /** The longest that the rest of a sentence may be waited for when what there is of it has sounded. */
  readonly synthesisStallMs: number;
  /** Sentences without a voice, one after the other, after which a conversation that nobody reads ends. */
  readonly maxVoiceFailures: number;
  /** Failures of the agent in a row after which the conversation ends with words. */
  readonly maxFailures: number;
  readonly messages: TroubleMessages;
}

/** What the machine says by itself when a part fails; in the conversation's language. */
export interface TroubleMessages {
  /** Said in this order while one answer is being made; no more than there are. */
  readonly fillers: readonly string[];
  readonly agentFailed: string;
  readonly agentFailedForGood: string;
  readonly recognizerFailed: string;
  readonly voiceFailed: string;
  readonly notStored: string;
  readonly busy: string;
  readonly shutdownNear: string;
}

const english: TroubleMessages = {
  fillers: [
    'One moment, please.',
    'I am still looking into it.',
    'Thank you for waiting, it is taking a little longer.',
  ],
  agentFailed: 'Sorry, something went wrong on my side. Could you say that again?',
  agentFailedForGood: 'I am sorry, I cannot help you right now. Please try again later. Goodbye.',
  recognizerFailed: 'I am having trouble hearing you. Please say that again, or type it.',
  voiceFailed: 'The voice is not available right now; the answer is shown in text.',
  notStored: 'Your message could not be stored. Please send it again in a moment.',
  busy: 'That was too much at once. Please wait for the answer and send the rest again.',
  shutdownNear: 'I am sorry, I have to end this call now. Please call again.',
};

const vietnamese: TroubleMessages = {
  fillers: ['Xin chờ một chút ạ.', 'Tôi vẫn đang kiểm tra ạ.', 'Cảm ơn quý khách đã chờ, xin chờ thêm chút nữa ạ.'],
  agentFailed: 'Xin lỗi, hệ thống vừa gặp sự cố. Quý khách vui lòng nói lại giúp ạ?',
  agentFailedForGood: 'Rất xin lỗi, hiện tại tôi không thể hỗ trợ. Quý khách vui lòng gọi lại sau. Tạm biệt.',
  recognizerFailed: 'Tôi nghe không rõ. Quý khách vui lòng nói lại hoặc nhập tin nhắn ạ.',
  voiceFailed: 'Hiện không có giọng nói; câu trả lời được hiển thị bằng chữ.',
  notStored: 'Chưa lưu được tin nhắn. Quý khách vui lòng gửi lại sau giây lát.',
  busy: 'Xin chờ câu trả lời rồi gửi tiếp giúp ạ.',
  shutdownNear: 'Rất xin lỗi, tôi phải kết thúc cuộc gọi bây giờ. Quý khách vui lòng gọi lại ạ.',
};

export const troubleDefaults: TroubleOptions = {
  // Two seconds of silence on the phone are taken for a dropped line.
  fillerAfterMs: 2000,
  // Said more often it would sound like a machine that is stuck.
  fillerAgainAfterMs: 5000,
  // Tools may take five seconds; nobody waits fifteen for a machine that says nothing.
  thinkTimeoutMs: 15_000,
  // A telephone rings for half a minute, and who answers it listens to what the caller wants for as long again.
  maxWaitMs: 120_000,
  // Ten times what a slow hosted voice takes to its first byte.
  synthesisTimeoutMs: 5000,
  // In the middle of a sentence a second of silence is a fault that everybody hears; three are the end of it.
  synthesisStallMs: 3000,
  // One may be a hiccup, two bad luck; a caller who hears nothing three times over has gone.
  maxVoiceFailures: 3,
  maxFailures: 3,
  messages: english,
};

export function troubleMessages(language: string): TroubleMessages {
  return language.toLowerCase().startsWith('vi') ? vietnamese : english;
}

export function troubleDeadlineMs(state: TurnState): number | undefined {
  return earliest([fillerDueMs(state), thinkTimeoutMs(state), synthesisOverdue(state)?.atMs]);
}

export function onTroubleTimer(draft: Draft): void {
  const { state } = draft;
  const fillerMs = fillerDueMs(state);
  const timeoutMs = thinkTimeoutMs(state);
  if (timeoutMs !== undefined && state.nowMs >= timeoutMs) {
    onAgentFailed(draft, 'think_timeout');
  } else if (fillerMs !== undefined && state.nowMs >= fillerMs) {
    fillSilence(draft);
  }
  const overdue = synthesisOverdue(draft.state);
  if (overdue !== undefined && state.nowMs >= overdue.atMs) onSynthesisFailed(draft, overdue.sentence, false);
}

/** What the agent began to say is said as far as it came; where there is nothing, it asks for patience. */
function fillSilence(draft: Draft): void {
  const uncut = draft.state.reply?.uncut.trim();
  const filler = nextFiller(draft.state);
  if (uncut !== undefined && uncut !== '') {
    updateReply(draft, { uncut: '' });
    addSentence(draft, plain(uncut));
  } else if (filler !== undefined) addSentence(draft, { ...plain(filler), filler: true });
  advance(draft);
}

/** The agent cannot answer: it says so in words, and after some failures in a row it ends the conversation with words. */
export function onAgentFailed(draft: Draft, code: string): void {
  const { reply, options, failuresInARow } = draft.state;
  if (reply === undefined || reply.thinking.kind !== 'running') return;
  // A goodbye that the agent cannot find words for is said without it.
  const goodbye = reply.cue?.type === 'farewell' ? reply.cue.reason : undefined;
  const forGood = goodbye !== undefined || failuresInARow + 1 >= options.trouble.maxFailures;
  const { agentFailed, agentFailedForGood } = options.trouble.messages;
  const message = forGood ? agentFailedForGood : agentFailed;
  update(draft, { failuresInARow: failuresInARow + 1 });
  // Only the thought is given up; what was already said stays said, and the apology follows it.
  emit(draft, { type: 'abandonThought', replyId: reply.id });
  tell(draft, { type: 'trouble', code, message });
  // A sentence that is whole is said; half of one is not.
  const uncut = reply.uncut.trim();
  updateReply(draft, { uncut: '' });
  if (/[.!?…。！？]["'”’)\]]*$/u.test(uncut)) addSentence(draft, plain(uncut));
  addSentence(draft, plain(message));
  finishThinking(draft, forGood ? (goodbye ?? 'error') : undefined);
}

/**
 * No voice for this sentence: it is shown as text and the conversation goes on. Where nobody reads, a voice that keeps failing
 * ends it: silence is worse.
 *
 * @param brokeOff the voice said so itself: what came before sounds to its end. One that hangs is not waited for.
 */
export function onSynthesisFailed(draft: Draft, sentence: number, brokeOff: boolean): void {
  const { reply, options, clients, voiceFailuresInARow } = draft.state;
  const failed = reply?.sentences[sentence];
  if (reply === undefined || failed === undefined || failed.played || failed.synthesis.kind !== 'requested') return;
  // What there is of it is heard; the rest is not, and is not said to have been.
  if (failed.audioMs > 0 && brokeOff) {
    return updateSentence(draft, sentence, { synthesis: { kind: 'failed', shown: false } });
  }
  update(draft, { voiceFailuresInARow: voiceFailuresInARow + 1 });
  tell(draft, { type: 'trouble', code: 'speech_unavailable', message: options.trouble.messages.voiceFailed });
  if (clients === 0 && voiceFailuresInARow + 1 >= options.trouble.maxVoiceFailures)
    return endConversation(draft, 'error');
  skipSentence(draft, sentence);
}

/** The driver opens another ear; the caller is told once, when they are not being answered anyway. */
export function onRecognizerFailed(draft: Draft): void {
  const { reply, recognizerApologized, options } = draft.state;
  const message = options.trouble.messages.recognizerFailed;
  tell(draft, { type: 'trouble', code: 'recognizer_failed', message });
  const utterance = utteranceOf(draft.state);
  if (utterance !== undefined && utteranceText(utterance) !== '') return endStretch(draft);
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
    const isTyped = reply.caller?.modality === 'text' && !isSounding(reply);
    // What is being done outside goes on, and its outcome is known, though nobody hears of it now.
    const isActing = reply.acting && reply.thinking.kind === 'running';
    if (isTyped) showInstead(draft, reply);
    // They are somebody else's now, whatever of the last words they heard: nobody waits for them to come back.
    else if (isHandedOver(reply)) return endConversation(draft, endOf(reply));
    else if (isActing) waitForCaller(draft);
    else cutOffReply(draft);
  }
  update(draft, {
    audio: { kind: 'lost', sinceMs: state.nowMs },
    silence: { ...state.silence, sinceMs: state.nowMs },
  });
}

/**
 * The caller is asked to call again, and the conversation is left. Whoever hears nothing now is left at once; a goodbye that is being
 * said already is one.
 */
export function onShutdownNear(draft: Draft): void {
  const { state } = draft;
  if (!hasVoice(state) || isLineHeld(state)) return endConversation(draft, 'shutdown');
  const { reply } = state;
  if (reply?.thinking.kind === 'finished' && reply.thinking.end !== undefined) return;
  if (reply === undefined) recordLastWords(draft);
  else cutOffReply(draft);
  update(draft, { caller: { kind: 'quiet' }, keys: undefined, typed: [] });
  openReply(draft, { cause: 'farewell', cue: undefined });
  addSentence(draft, { ...plain(state.options.trouble.messages.shutdownNear), interruptible: false });
  finishThinking(draft, 'shutdown');
}

function endOf({ thinking }: Reply): EndReason {
  return (thinking.kind === 'finished' ? thinking.end : undefined) ?? 'completed';
}

/** No more will be heard of what is being said; the words so far are the turn, as soon as it is due. */
function endStretch(draft: Draft): void {
  const { caller, nowMs } = draft.state;
  const words = utteranceOf(draft.state);
  if (words !== undefined && words.pending.length > 0) {
    // Words of which no final will come are the best there is.
    const guess = { text: partialText(words), confidence: 0, rejected: false };
    updateUtterance(draft, { pending: [], finals: guess.text === '' ? words.finals : [...words.finals, guess] });
  }
  const utterance = utteranceOf(draft.state);
  if (caller.kind !== 'speaking' || utterance === undefined) return;
  update(draft, { caller: { kind: 'pausing', by: caller.by, speechEndedAtMs: nowMs, utterance } });
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

/** Nothing sounds, nothing is on its way to the voice, and the agent still thinks. */
function fillerDueMs(state: TurnState): number | undefined {
  const { reply, options, agentSoundedAtMs } = state;
  if (reply?.thinking.kind !== 'running' || reply.delivery !== 'voice' || nextFiller(state) === undefined)
    return undefined;
  if (isLineHeld(state)) return undefined;
  if (reply.sentences.some((sentence) => !sentence.played)) return undefined;
  const { fillerAfterMs, fillerAgainAfterMs } = options.trouble;
  const sinceMs = silentSinceMs(reply.thinking);
  if (!reply.sentences.some((sentence) => sentence.filler)) {
    return Math.max(sinceMs, isSounding(reply) ? (agentSoundedAtMs ?? 0) : 0) + fillerAfterMs;
  }
  return Math.max(sinceMs, agentSoundedAtMs ?? 0) + fillerAgainAfterMs;
}

function nextFiller({ reply, options }: TurnState): string | undefined {
  return options.trouble.messages.fillers[reply?.sentences.filter((sentence) => sentence.filler).length ?? 0];
}

function thinkTimeoutMs({ reply, options }: TurnState): number | undefined {
  if (reply?.thinking.kind !== 'running') return undefined;
  return silentSinceMs(reply.thinking) + options.trouble.thinkTimeoutMs;
}

/** Since when something could have come of it. */
function silentSinceMs({ sinceMs, waitsUntilMs = sinceMs }: Extract<Reply['thinking'], { kind: 'running' }>): number {
  return Math.max(sinceMs, waitsUntilMs);
}

function synthesisOverdue({ reply, options }: TurnState): { atMs: number; sentence: number } | undefined {
  if (reply === undefined) return undefined;
  for (const [sentence, { synthesis, audioMs, played }] of reply.sentences.entries()) {
    if (synthesis.kind !== 'requested' || played) continue;
    // What has come of it takes its time to sound; only then is the rest missed.
    const patienceMs = audioMs === 0 ? options.trouble.synthesisTimeoutMs : options.trouble.synthesisStallMs + audioMs;
    return { atMs: synthesis.sinceMs + patienceMs, sentence };
  }
  return undefined;
}
