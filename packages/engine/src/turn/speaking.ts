import type { AgentMemory } from '../ports/agent.ts';
import type { EndReason } from '../ports/recorder.ts';
import type { EmotionalTone, SpokenWord } from '../ports/synthesizer.ts';
import { withoutMarkdown } from '../text/markdown.ts';
import { cutSentences } from '../text/sentence-cutter.ts';
import { type Draft, emit, tell, update, updateReply, updateSentence } from './draft.ts';
import { heardText, spokenLatelyMax } from './heard.ts';
import { isHandedOver, releaseFloor, yieldAfterPassage } from './interruption.ts';
import { addHistory, cutOffReply, endConversation, replyText, takeNextTyped } from './replies.ts';
import { hasVoice, type Reply, type Sentence, type TurnState } from './state.ts';
import { utteranceOf, utteranceText } from './utterance.ts';
import { turnDraft } from './waterfall.ts';

export interface SpeakingOptions {
  /** How many sentences beyond the one that sounds are synthesized ahead. */
  readonly lookAheadSentences: number;
  /** Words after which a reply's first sentence may be cut at a comma or dash, so that it sounds earlier; 0: never. */
  readonly firstClauseWords: number;
}

export const speakingDefaults: SpeakingOptions = {
  // One is enough to speak without gaps, since a sentence sounds for seconds and is made in a fraction of one; more would
  // be thrown away (and paid for) at each interruption.
  lookAheadSentences: 1,
  // Eight words sound for three seconds, enough for any voice to make the rest meanwhile; a shorter head with a voice that
  // makes each piece alone is heard as two sentences.
  firstClauseWords: 8,
};

/** The agent streams text: whole sentences go to the voice while the rest is still being thought. */
export function onAgentSaid(
  draft: Draft,
  { text, tone, ssml, interruptible }: Piece & { readonly tone: EmotionalTone | undefined },
): void {
  const { reply } = draft.state;
  if (reply === undefined || reply.thinking.kind !== 'running') return;
  updateReply(draft, {
    tone: tone ?? reply.tone,
    thinking: { kind: 'running', sinceMs: draft.state.nowMs },
    marks: { ...reply.marks, firstTextAtMs: reply.marks.firstTextAtMs ?? draft.state.nowMs },
  });
  if (ssml !== undefined || !interruptible) {
    // Such a piece is a sentence of its own: what was begun before it ends here.
    addUncut(draft);
    if (text.trim() !== '') addSentence(draft, { text: text.trim(), ssml, interruptible, filler: false });
  } else {
    const isFirst = reply.sentences.every((sentence) => sentence.filler);
    const { firstClauseWords } = draft.state.options.speaking;
    const { sentences, rest } = cutSentences(reply.uncut + text, {
      firstClauseWords: isFirst && firstClauseWords > 0 ? firstClauseWords : undefined,
      marks: marksOf(reply),
    });
    updateReply(draft, { uncut: rest });
    for (const sentence of sentences) addSentence(draft, plain(sentence));
  }
  advance(draft);
}

/** What was begun is said now; then the agent is waited for, without fillers, for as long as it asked. */
export function onAgentWaits(draft: Draft, upToMs: number): void {
  const { reply, nowMs, options } = draft.state;
  if (reply === undefined || reply.thinking.kind !== 'running') return;
  addUncut(draft);
  const waitMs = Math.max(0, Math.min(upToMs, options.trouble.maxWaitMs));
  updateReply(draft, { thinking: { kind: 'running', sinceMs: nowMs, waitsUntilMs: nowMs + waitMs } });
  advance(draft);
}

export function onAgentFinished(
  draft: Draft,
  outcome: {
    readonly memory: AgentMemory;
    readonly expects: string | undefined;
    readonly end: boolean;
    readonly expectsSecret?: boolean;
    readonly handedOver?: boolean;
  },
): void {
  const { reply } = draft.state;
  if (reply === undefined || reply.thinking.kind !== 'running') return;
  update(draft, { memory: outcome.memory, expects: outcome.expects, failuresInARow: 0 });
  emit(draft, { type: 'expect', context: outcome.expects, isSecret: outcome.expectsSecret === true });
  const farewell = reply.cue?.type === 'farewell' ? reply.cue.reason : undefined;
  const end = farewell ?? (outcome.end ? 'completed' : undefined);
  finishThinking(draft, end, outcome.end && outcome.handedOver === true);
}

/** No more text will come: say what is left, and store the turn. */
export function finishThinking(
  draft: Draft,
  end: Extract<Reply['thinking'], { kind: 'finished' }>['end'],
  handedOver = false,
): void {
  const { reply } = draft.state;
  if (reply === undefined) return;
  addUncut(draft);
  updateReply(draft, { thinking: { kind: 'finished', end, ...(handedOver && { handedOver }) } });
  if (handedOver) {
    update(draft, { caller: { kind: 'quiet' }, keys: undefined });
    releaseFloor(draft);
  }
  // Nobody is there to hear it, though something was being done for them: they went meanwhile.
  if (reply.delivery === 'voice' && !hasVoice(draft.state)) {
    cutOffReply(draft);
    if (end !== undefined) endConversation(draft, end);
    return;
  }
  recordReply(draft);
  advance(draft);
}

/** Something to say, before it has a sound. */
interface Piece {
  readonly text: string;
  readonly ssml: string | undefined;
  readonly interruptible: boolean;
}

export function plain(text: string): Piece & { readonly filler: boolean } {
  return { text, ssml: undefined, interruptible: true, filler: false };
}

/** What the cutter still held back is a sentence now. */
function addUncut(draft: Draft): void {
  const { reply } = draft.state;
  if (reply === undefined) return;
  const rest = marksOf(reply) === 'kept' ? reply.uncut.trim() : withoutMarkdown(reply.uncut);
  updateReply(draft, { uncut: '' });
  if (rest !== '') addSentence(draft, plain(rest));
}

/** A reply in text is read: its bullets and the addresses of its links are for the eye. */
function marksOf({ delivery }: Reply): 'kept' | 'dropped' {
  return delivery === 'text' ? 'kept' : 'dropped';
}

export function addSentence(draft: Draft, piece: Piece & { readonly filler: boolean }): void {
  const { reply, nowMs } = draft.state;
  if (reply === undefined) return;
  const { filler } = piece;
  const sentence: Sentence = {
    ...piece,
    synthesis: { kind: 'waiting' },
    audioMs: 0,
    words: [],
    playedMs: 0,
    started: false,
    played: false,
  };
  const firstSentenceAtMs = reply.marks.firstSentenceAtMs ?? nowMs;
  updateReply(draft, {
    sentences: [...reply.sentences, sentence],
    marks: filler ? reply.marks : { ...reply.marks, firstSentenceAtMs },
  });
}

/** Ask for the next sentences' sound, let the next one play if the floor is free, and finish when all was said. */
export function advance(draft: Draft): void {
  const { reply } = draft.state;
  if (reply === undefined || reply.delivery === 'text') return;
  requestSynthesis(draft, reply);
  playNext(draft);
  completeWhenSaid(draft);
}

export function onSynthesized(
  draft: Draft,
  part: {
    readonly sentence: number;
    readonly audioMs: number;
    readonly words: readonly SpokenWord[];
    readonly done: boolean;
  },
): void {
  const { reply, nowMs } = draft.state;
  const sentence = reply?.sentences[part.sentence];
  if (reply === undefined || sentence === undefined || sentence.synthesis.kind === 'failed') return;
  if (part.audioMs > 0 && part.sentence === firstToSound(reply) && reply.marks.firstAudioAtMs === undefined) {
    updateReply(draft, { marks: { ...reply.marks, firstAudioAtMs: nowMs } });
  }
  const { synthesis, audioMs } = sentence;
  const grew = synthesis.kind === 'requested' && part.audioMs > audioMs;
  updateSentence(draft, part.sentence, {
    audioMs: part.audioMs,
    words: part.words.length > 0 ? [...sentence.words, ...part.words] : sentence.words,
    synthesis: part.done ? { kind: 'done' } : grew ? { kind: 'requested', sinceMs: nowMs } : synthesis,
  });
  if (part.done && part.audioMs > 0 && sentence.ssml === undefined) {
    const spoken = { text: sentence.text, audioMs: part.audioMs };
    update(draft, { spokenLately: [...draft.state.spokenLately.slice(1 - spokenLatelyMax), spoken] });
  }
  if (draft.state.voiceFailuresInARow > 0 && part.audioMs > 0) update(draft, { voiceFailuresInARow: 0 });
}

/**
 * The sentence whose voice the caller waits for. The next one may come before it from a cache, and then waits itself: that is no time
 * of the playout.
 */
function firstToSound(reply: Reply): number {
  return reply.sentences.findIndex(({ filler, synthesis }) => !filler && synthesis.kind !== 'failed');
}

export function onSentenceStarted(draft: Draft, index: number): void {
  const { reply, nowMs } = draft.state;
  const sentence = reply?.sentences[index];
  if (reply === undefined || sentence === undefined) return;
  if (!sentence.filler && reply.marks.firstFrameAtMs === undefined) {
    // When the first sentence fails after the next one came, what was waited for is its voice.
    const firstAudioAtMs = reply.marks.firstAudioAtMs ?? nowMs;
    updateReply(draft, { marks: { ...reply.marks, firstAudioAtMs, firstFrameAtMs: nowMs } });
  }
  const { audio } = draft.state;
  if (audio.kind === 'attached' && audio.firstSoundAtMs === undefined) {
    update(draft, { audio: { ...audio, firstSoundAtMs: nowMs } });
  }
  updateSentence(draft, index, { started: true });
  tellSaid(draft, reply, index);
}

export function onPlayoutPosition(draft: Draft, index: number, playedMs: number): void {
  updateSentence(draft, index, { playedMs });
}

export function onSentencePlayed(draft: Draft, index: number): void {
  const { reply } = draft.state;
  const sentence = reply?.sentences[index];
  // One that was given up is over already, and another may be playing.
  if (sentence === undefined || reply?.playing !== index) return;
  updateSentence(draft, index, { played: true, started: true, playedMs: sentence.audioMs });
  update(draft, { agentSoundedAtMs: draft.state.nowMs });
  stopPlaying(draft);
  if (!sentence.interruptible) yieldAfterPassage(draft);
  advance(draft);
}

/** The turn is durable. A reply in text is shown only now: what a client has seen is never lost. */
export function onRecorded(draft: Draft): void {
  const { reply } = draft.state;
  if (reply === undefined || reply.delivery !== 'text' || reply.thinking.kind !== 'finished') return;
  for (let index = 0; index < reply.sentences.length; index += 1) tellSaid(draft, reply, index);
  complete(draft, reply, reply.thinking.end);
}

/** A sentence without a voice is shown instead, and the next one's turn comes. */
export function skipSentence(draft: Draft, index: number): void {
  const { reply } = draft.state;
  const sentence = reply?.sentences[index];
  if (reply === undefined || sentence === undefined || sentence.played) return;
  const shown = !sentence.started && draft.state.clients > 0;
  updateSentence(draft, index, { synthesis: { kind: 'failed', shown }, played: true });
  if (!sentence.started) tellSaid(draft, reply, index);
  emit(draft, { type: 'skip', replyId: reply.id, sentence: index });
  if (reply.playing === index) {
    stopPlaying(draft);
    if (!sentence.interruptible) yieldAfterPassage(draft);
  }
  advance(draft);
}

/** The way to the ear went before a word of the answer to a typed message sounded: it is shown, as if there had been no voice. */
export function showInstead(draft: Draft, reply: Reply): void {
  emit(draft, { type: 'clear', replyId: reply.id });
  for (const sentence of reply.sentences.keys()) emit(draft, { type: 'skip', replyId: reply.id, sentence });
  updateReply(draft, {
    delivery: 'text',
    playing: undefined,
    sentences: reply.sentences.map((sentence) => ({ ...sentence, synthesis: { kind: 'waiting' } })),
  });
  // Its first record said that it was still to be heard.
  if (reply.thinking.kind === 'finished') recordReply(draft);
}

/** Nothing plays any more. A pause was of the sentence that played: it must not outlive it and silence the next one. */
function stopPlaying(draft: Draft): void {
  const { reply } = draft.state;
  if (reply === undefined || reply.playing === undefined) return;
  updateReply(draft, { playing: undefined });
  if (reply.floor.kind === 'held') emit(draft, { type: 'resume', replyId: reply.id });
}

function tellSaid(draft: Draft, reply: Reply, index: number): void {
  const sentence = reply.sentences[index];
  if (sentence === undefined) return;
  tell(draft, {
    type: 'said',
    turnNumber: reply.turnNumber,
    sentence: index,
    text: sentence.text,
    tone: reply.tone,
  });
}

function requestSynthesis(draft: Draft, reply: Reply): void {
  const { nowMs, options } = draft.state;
  const first = reply.sentences.findIndex((sentence) => !sentence.played);
  if (first === -1) return;
  const last = Math.min(first + options.speaking.lookAheadSentences, reply.sentences.length - 1);
  for (let index = first; index <= last; index += 1) {
    const sentence = reply.sentences[index];
    if (sentence?.synthesis.kind !== 'waiting') continue;
    updateSentence(draft, index, { synthesis: { kind: 'requested', sinceMs: nowMs } });
    const { text, ssml } = sentence;
    const previousText = reply.sentences[index - 1]?.text ?? '';
    emit(draft, { type: 'synthesize', replyId: reply.id, sentence: index, text, ssml, tone: reply.tone, previousText });
  }
}

function playNext(draft: Draft): void {
  const { reply } = draft.state;
  if (reply === undefined || reply.playing !== undefined || reply.floor.kind === 'held') return;
  const next = reply.sentences.findIndex((sentence) => !sentence.played);
  if (next === -1) return;
  updateReply(draft, { playing: next });
  emit(draft, { type: 'play', replyId: reply.id, sentence: next });
}

function completeWhenSaid(draft: Draft): void {
  const { reply } = draft.state;
  if (reply === undefined || reply.thinking.kind !== 'finished') return;
  if (reply.sentences.some((sentence) => !sentence.played)) return;
  const heard = { heardText: heardText(reply, 0, draft.state), interrupted: false };
  emit(draft, { type: 'record', turn: turnDraft(reply, draft.state, heard) });
  complete(draft, reply, reply.thinking.end);
}

/** First record of the reply, as soon as it is thought: the caller's words and the agent's memory are safe before it is heard. */
function recordReply(draft: Draft): void {
  const { reply } = draft.state;
  if (reply === undefined) return;
  const heardText = reply.delivery === 'text' ? shownText(reply, draft.state) : undefined;
  emit(draft, { type: 'record', turn: turnDraft(reply, draft.state, { heardText, interrupted: false }) });
}

/** Who typed reads the answer, if not now then later. Of an answer to spoken words nothing is left where the line is gone and nobody reads. */
function shownText(reply: Reply, { clients }: TurnState): string {
  const isSpokenTo = reply.caller !== undefined && reply.caller.modality !== 'text';
  return isSpokenTo && clients === 0 ? '' : replyText(reply);
}

function complete(draft: Draft, reply: Reply, end: Extract<Reply['thinking'], { kind: 'finished' }>['end']): void {
  const heard = reply.delivery === 'text' ? shownText(reply, draft.state) : heardText(reply, 0, draft.state);
  if (heard !== '') addHistory(draft, 'agent', heard);
  update(draft, { reply: undefined, silence: { ...draft.state.silence, sinceMs: draft.state.nowMs } });
  const isAnswered = isGoodbye(end) && isSpeakingWords(draft.state) && !isHandedOver(reply);
  if (end !== undefined && !isAnswered) endConversation(draft, end);
  else takeNextTyped(draft);
}

/** Nobody hangs up on a caller who spoke into the goodbye: their words are answered. */
function isSpeakingWords(state: TurnState): boolean {
  const utterance = utteranceOf(state);
  return state.keys !== undefined || (utterance !== undefined && utteranceText(utterance) !== '');
}

function isGoodbye(end: EndReason | undefined): boolean {
  return end === 'completed' || end === 'silence';
}
