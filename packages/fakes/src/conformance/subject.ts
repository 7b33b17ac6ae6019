import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { LanguageModel } from '@parley/speech/language-models/language-model.ts';
import type { EngineContext, RecognizerAbilities, SynthesizerAbilities } from '@parley/speech/provider/provider.ts';
import type { FakeVendor } from '../fake-vendor.ts';

/** An engine as a conformance suite makes it. */
interface Subject<Part, Case extends string> {
  /** As people call it. */
  readonly name: string;
  /** What stands in for its vendor; left out for engines that use no network: what can go wrong there is then not tried. */
  readonly fake?: FakeVendor;
  /**
   * The engine. Its time-outs go by the clock of the context where they can: the suite lets minutes pass in no time.
   * @param url the fake's, perhaps with a fault in it; empty without a fake
   * @param timeoutMs for those of its time-outs that go by real timers: short where the case waits for one, long where a busy machine
   *   must not be taken for a silent vendor
   */
  create(url: string, context: EngineContext, timeoutMs: number): Part;
  /** Cases that cannot hold for it, with the reason: they are shown as skipped. */
  readonly exceptions?: Readonly<Partial<Record<Case, string>>>;
}

export interface RecognizerSubject extends Subject<Recognizer, RecognizerCase> {
  readonly abilities: RecognizerAbilities;
  /** BCP 47; left out: `en-US`. */
  readonly language?: string;
  /** `socket`: sound goes out while the caller speaks. `request`: the whole utterance at its end. Left out: `socket`. */
  readonly transport?: 'socket' | 'request';
  /** What is said to it, at least three; left out: sentences that any fake's brain knows. */
  readonly sentences?: readonly string[];
  /** How a sentence sounds at 16 kHz; left out: as the fake's brain speaks. */
  speak?(text: string): Promise<Int16Array>;
}

export interface SynthesizerSubject extends Subject<Synthesizer, SynthesizerCase> {
  readonly abilities: SynthesizerAbilities;
  /** BCP 47; left out: `en-US`. */
  readonly language?: string;
  /**
   * How near what it gives comes to what the fake's brain spoke. `exact`: the vendor is asked for 16 kHz. `resampled`: for another rate
   * or a form with losses. Left out: `exact`.
   */
  readonly sound?: 'exact' | 'resampled';
  /** What is said by it, at least three; left out: sentences that any fake's brain knows. */
  readonly sentences?: readonly string[];
}

export interface LanguageModelSubject extends Subject<LanguageModel, LanguageModelCase> {
  readonly fake: FakeVendor;
}

export const recognizerCases = {
  utterance: 'hears an utterance: partials replace one another, and one final ends it',
  wordTimes: 'tells when each word was said, in order and within the utterance',
  pauses: 'hears one utterance after the other in one stream, minutes apart, in order',
  silence: 'answers silence with one empty final',
  backToBack: 'keeps finals in order when the next utterance begins before the last is answered',
  ownTurn: 'tells nothing from inside a call',
  twoCallers: 'keeps two callers apart',
  phone: 'hears a telephone line as well',
  abort: 'is free within 50 ms of an abort in the middle of an utterance, and silent',
  abortedBefore: 'opens nothing for a caller who is gone',
  close: 'ends open streams and connections when it is closed',
  unauthorized: 'says that the key is refused',
  rateLimited: 'says that it is asked to slow down, and until when',
  broken: 'says that the vendor is broken',
  unreachable: 'says that nobody answers there',
  slowStart: 'waits for a slow start',
  silent: 'gives up on a vendor that accepts and never answers',
  freeze: 'finds out a connection that is half open in the middle of an utterance',
  break: 'says at once that the connection broke in the middle of an utterance',
  garble: 'survives what is none of the vendor’s messages',
  idleBreak: 'is not troubled by a connection that breaks between utterances',
  idleFreeze: 'is not troubled by a connection that dies unseen between utterances',
  keepAlive: 'still hears after ten minutes without a word',
  recovery: 'hears in a new stream after one that failed',
} as const;
export type RecognizerCase = keyof typeof recognizerCases;

export const synthesizerCases = {
  sentence: 'speaks a sentence whole: every sample of the vendor’s, and one end',
  wordTimes: 'tells when each word is said, in order and within the speech',
  oddChunks: 'makes the same samples of chunks of any length',
  passage: 'speaks the sentences of a passage one by one',
  together: 'keeps sentences apart that are spoken at once',
  ownTurn: 'tells nothing from inside the call',
  phone: 'speaks for a telephone line',
  idle: 'speaks again after ten minutes without a word',
  abort: 'is free within 50 ms of an abort in the middle of a sentence, and silent',
  abortedBefore: 'begins nothing for a caller who is gone',
  close: 'ends sentences and connections when it is closed',
  unauthorized: 'says that the key is refused',
  rateLimited: 'says that it is asked to slow down, and until when',
  broken: 'says that the vendor is broken',
  unreachable: 'says that nobody answers there',
  slowStart: 'waits for a slow start',
  silent: 'gives up on a vendor that accepts and never answers',
  freeze: 'finds out a connection that dies in the middle of a sentence',
  break: 'says at once that the connection broke in the middle of a sentence',
  garble: 'survives what is none of the vendor’s messages',
  recovery: 'speaks again after a failure',
} as const;
export type SynthesizerCase = keyof typeof synthesizerCases;

export const languageModelCases = {
  answer: 'answers in one piece',
  stream: 'answers in pieces that come to the same',
  conversation: 'is told what was said before, and by whom',
  abort: 'is free within 50 ms of an abort in the middle of an answer',
  unauthorized: 'says that the key is refused, and is not asked again',
  rateLimited: 'says that it is asked to slow down, and until when',
  broken: 'says that the vendor is broken',
  unreachable: 'says that nobody answers there',
  slowStart: 'waits for a slow start',
  break: 'fails when the connection breaks in the middle of an answer',
  garble: 'fails on what is none of the vendor’s messages',
} as const;
export type LanguageModelCase = keyof typeof languageModelCases;

/** What an engine's time-outs by real timers are in a case. */
export function timeoutMsOf(key: RecognizerCase | SynthesizerCase | LanguageModelCase): number {
  return key === 'silent' || key === 'freeze' ? 200 : 4000;
}

/** What is said where nothing else is asked for: words of any receptionist, no figures, so that all write them alike. */
export const plainSentences = [
  'i would like to book a haircut',
  'tomorrow afternoon please',
  'yes that is right',
  'thank you and goodbye',
] as const;

/** Words as all vendors agree on them: without case and punctuation. */
export function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[’]/g, "'")
    .replace(/[^\p{L}\p{N}' ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
