import type { Clock } from '../ports/clock.ts';
import type { SpokenWord, SynthesisRequest, SynthesisSink, Synthesizer } from '../ports/synthesizer.ts';
import { type Breaker, type BreakerOptions, breakerDefaults } from './breaker.ts';
import { closeAll } from './close-all.ts';
import { FallbackError } from './fallback-error.ts';
import { isHang } from './is-hang.ts';
import { createPaces, type Paces } from './paces.ts';
import { type Choice, createRotation, type Rotation } from './rotation.ts';
import { createVoiceAttempt, shifted, type VoiceAttempt, type VoicePatience } from './voice-attempt.ts';
import { isSpeakable, splitAtGiven, spreadWords } from './written-words.ts';

export interface FallbackSynthesizerOptions {
  /** The longest that a voice may take to its first sound. */
  readonly firstAudioTimeoutMs: number;
  /** The longest between two signs of life in the middle of a sentence. */
  readonly stallTimeoutMs: number;
  /** Sound that the caller has still to hear when the next voice is asked at the latest. */
  readonly leadMs: number;
  /** The longest that a silent voice is waited for, however much of its sound is still to be heard. */
  readonly maxPatienceMs: number;
  readonly closeTimeoutMs: number;
  readonly breaker: BreakerOptions;
  /** The voice that stands for the wanted one in a part's own catalogue; undefined for its default of the language. */
  readonly voiceFor: (part: Synthesizer, voice: string, language: string) => string | undefined;
}

export const fallbackSynthesizerDefaults: FallbackSynthesizerOptions = {
  // Voices over a network begin within 200–700 ms. The turn machine gives a sentence up after 5 s: three parts fit.
  firstAudioTimeoutMs: 1500,
  // Streams deliver several times faster than speech is heard; a second without a byte is a broken one.
  stallTimeoutMs: 1000,
  // A voice asked by then has begun before the caller hears a gap.
  leadMs: 700,
  // A long sentence that came at once and was never closed must end all the same.
  maxPatienceMs: 5000,
  // Threads and processes end in milliseconds; a shutdown does not wait for a part that hangs.
  closeTimeoutMs: 5000,
  breaker: breakerDefaults,
  voiceFor: (part, voice) =>
    part.voices.length === 0 || part.voices.some(({ id }) => id === voice) ? voice : undefined,
};

/** What is known of the parts beyond one chain, where several chains use the same ones; each by the part's place. */
export interface SharedVoices {
  readonly breakers: readonly Breaker[];
  readonly paces: readonly Paces[];
  patienceOf(index: number): VoicePatience;
  /** Without a sound for so long the next voice is asked as well, and the first to sound is heard. Undefined: it is not. */
  hedgeAfterMs(index: number): number | undefined;
  /** Rounds through all voices again when all have failed and nothing was heard yet. */
  readonly retry: { readonly rounds: number; readonly delayMs: () => number };
}

/**
 * Voices that stand in for one another, in order of preference. One that fails, hangs or breaks off is replaced, and the
 * next goes on from the first word that was not given whole; word times are those of the whole sentence. Parts that cannot
 * speak the language are not asked.
 *
 * Failure codes: those of the last voice, `synthesizers_exhausted` without any, `language_not_supported`,
 * `synthesizer_closed`.
 *
 * @param onError what was got over: for the log
 * @throws FallbackError `no_parts`
 */
export function createFallbackSynthesizer(
  parts: readonly Synthesizer[],
  options: FallbackSynthesizerOptions,
  clock: Clock,
  onError: (error: FallbackError) => void,
  shared?: SharedVoices,
): Synthesizer {
  if (parts.length === 0) throw new FallbackError('no_parts', 'voices');
  const chain: Chain = {
    rotation: createRotation(parts, clock, options.breaker, shared?.breakers),
    paces: shared?.paces ?? parts.map(() => createPaces()),
    shared,
    options,
    clock,
    onError,
  };
  const running = new Set<(code: string, message: string) => void>();
  let closing: Promise<void> | undefined;

  return {
    name: parts.map(({ name }) => name).join(','),
    get voices() {
      return parts.flatMap(({ voices }) => voices);
    },
    synthesize(request, sink) {
      if (request.signal.aborted) return;
      const fail = speak(chain, request, sink, () => running.delete(fail));
      running.add(fail);
      if (closing !== undefined) fail('synthesizer_closed', 'The synthesizer is closed.');
      else fail.begin();
    },
    close() {
      if (closing !== undefined) return closing;
      closing = closeAll(parts, clock, options.closeTimeoutMs, onError);
      for (const fail of [...running]) fail('synthesizer_closed', 'The synthesizer was closed.');
      return closing;
    },
  };
}

interface Chain {
  readonly rotation: Rotation<Synthesizer>;
  readonly paces: readonly Paces[];
  readonly shared: SharedVoices | undefined;
  readonly options: FallbackSynthesizerOptions;
  readonly clock: Clock;
  readonly onError: (error: FallbackError) => void;
}

/** Fails the sentence from outside; `begin` starts it. */
interface Sentence {
  (code: string, message: string): void;
  begin(): void;
}

/** One sentence through as many voices as it takes. */
function speak(chain: Chain, request: SynthesisRequest, sink: SynthesisSink, onOver: () => void): Sentence {
  const { rotation, clock, options, onError, shared } = chain;
  const { signal, language } = request;
  const tried = new Set<number>();
  // A voice that broke off may be asked again, but not for ever.
  let attemptsLeft = 2 * rotation.parts.length;
  /** Words were given since all voices were open to be tried. */
  let gotOn = false;
  let rest = request.text;
  let givenText = '';
  let givenMs = 0;
  let over = false;
  /** Mostly one; two while the first is slow and another was asked as well. */
  const attempts = new Set<VoiceAttempt>();
  let roundsLeft = shared?.retry.rounds ?? 0;
  /** Until another voice is asked: as well, or again. */
  let cancelTimer = () => {};
  let lastFailure: { readonly code: string; readonly message: string } | undefined;

  const finish = (report: (() => void) | undefined) => {
    if (over) return;
    over = true;
    signal.removeEventListener('abort', onAbort);
    cancelTimer();
    for (const attempt of attempts) attempt.stop();
    onOver();
    report?.();
  };
  const onAbort = () => finish(undefined);
  const fail = (code: string, message: string) => finish(() => sink.failed(code, message));

  const choose = () => rotation.choose((part, index) => !tried.has(index) && speaks(part, language));

  /** All were tried: a voice that broke off further back may get on from here, but not the one that just failed here. */
  const startOver = (): boolean => {
    const last = [...tried].at(-1);
    if (!gotOn || last === undefined) return false;
    gotOn = false;
    tried.clear();
    tried.add(last);
    return true;
  };

  const next = (): void => {
    const choice = attemptsLeft > 0 ? (choose() ?? (startOver() ? choose() : undefined)) : undefined;
    if (choice !== undefined) begin(choice);
    else if (attempts.size === 0) exhausted();
  };

  /** Only by a voice that is known to work: a doubtful one helps nobody who has one that is merely slow. */
  const hedge = (): void => {
    const choice = rotation.choose(
      (part, index) =>
        rotation.breakers[index]?.state === 'closed' && !tried.has(index) && speaks(part, language) && attemptsLeft > 0,
    );
    if (choice !== undefined) begin(choice);
  };

  const begin = ({ part, index, ticket }: Choice<Synthesizer>): void => {
    attemptsLeft -= 1;
    tried.add(index);
    const pace = chain.paces[index] ?? createPaces();
    const text = rest;
    const attempt = createVoiceAttempt({
      offsetMs: givenMs,
      sink,
      clock,
      options: shared?.patienceOf(index) ?? options,
      ticket,
      isAllSilent: !isSpeakable(text),
      onFirstAudio() {
        cancelTimer();
        for (const other of attempts) {
          if (other === attempt) continue;
          attempts.delete(other);
          other.stop();
        }
      },
      onDone(ownMs, told) {
        pace.learn(language, text, ownMs);
        // The words before were told times: so must these be, or they would be taken for all.
        if (!told && givenMs > 0) tell(spreadWords(text, givenMs, givenMs + ownMs, language));
        finish(() => sink.done());
      },
      onFailed(code, message, ownMs, words) {
        attempts.delete(attempt);
        cancelTimer();
        lastFailure = { code, message };
        onError(
          new FallbackError(isHang(code) ? 'part_hung' : 'part_failed', `voice ${part.name}, ${code}: ${message}`),
        );
        if (ownMs > 0) {
          const given = splitAtGiven(text, words, ownMs, pace.of(language), language);
          tell(given.untold.map((word) => shifted(word, givenMs)));
          givenText += text.slice(0, text.length - given.rest.length);
          givenMs += ownMs;
          gotOn ||= given.rest !== text;
          rest = given.rest;
        }
        if (givenMs > 0 && !isSpeakable(rest)) finish(() => sink.done());
        // One that was asked as well is at it already.
        else if (attempts.size === 0) next();
      },
    });
    attempts.add(attempt);
    const hedgeMs = shared?.hedgeAfterMs(index);
    if (hedgeMs !== undefined && attempts.size === 1) {
      cancelTimer();
      cancelTimer = clock.wakeAt(clock.nowMs() + hedgeMs, hedge);
    }
    attempt.start(part, requestFor(part));
  };

  const tell = (words: readonly SpokenWord[]) => {
    if (!over && words.length > 0) sink.words(words);
  };

  const requestFor = (part: Synthesizer): Omit<SynthesisRequest, 'signal'> => {
    const { voice, passage, ssml } = request;
    return {
      ...request,
      text: rest,
      voice: voice === undefined ? undefined : options.voiceFor(part, voice, language),
      // A fragment cannot be cut where the sound was.
      ssml: givenText === '' ? ssml : undefined,
      passage: passage && { ...passage, previousText: `${passage.previousText} ${givenText}`.trim() },
    };
  };

  /** Never from inside the call: its caller may not be ready to be told. */
  const exhausted = () => {
    if (shared !== undefined && roundsLeft > 0 && givenMs === 0 && passing.has(lastFailure?.code ?? '')) {
      roundsLeft -= 1;
      cancelTimer();
      cancelTimer = clock.wakeAt(clock.nowMs() + shared.retry.delayMs(), () => {
        tried.clear();
        attemptsLeft = Math.max(attemptsLeft, rotation.parts.length);
        next();
      });
      return;
    }
    const { code, message } = lastFailure ?? {
      code: rotation.parts.some((part) => speaks(part, language)) ? 'synthesizers_exhausted' : 'language_not_supported',
      message: `No voice speaks ${language}. Name a synthesizer that does.`,
    };
    onError(new FallbackError('parts_exhausted', `voices: ${rotation.parts.map(({ name }) => name).join(', ')}`));
    queueMicrotask(() => fail(code, message));
  };

  signal.addEventListener('abort', onAbort, { once: true });
  return Object.assign(fail, { begin: next });
}

/** What may be over in a moment. Who hung is not asked again: that wait is the longest of all. */
const passing = new Set(['provider_failed', 'provider_unreachable', 'synthesizer_threw', 'no_audio', 'account_busy']);

/** A part without a catalogue may speak anything, and so may a voice of several languages (`mul`, as ISO 639-2 has it). */
function speaks({ voices }: Synthesizer, language: string): boolean {
  const wanted = primary(language);
  return voices.length === 0 || voices.some(({ language: spoken }) => spoken === 'mul' || primary(spoken) === wanted);
}

function primary(language: string): string {
  return (language.split(/[-_]/)[0] ?? '').toLowerCase();
}
