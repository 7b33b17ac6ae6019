import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type {
  Recognizer,
  RecognizerEvent,
  RecognizerOptions,
  RecognizerStream,
} from '@parley/engine/ports/recognizer.ts';
import { type Languages, speaksLanguage } from '../provider/languages.ts';
import type { EngineContext } from '../provider/provider.ts';
import { toFailure } from './api-failure.ts';
import type { ApiServer } from './api-server.ts';
import { type Hints, hintsOf, isEchoOfPrompt } from './hints.ts';
import { joined } from './samples.ts';
import { createStreamLife } from './stream-life.ts';
import { type Transcript, type TranscriptionAsk, transcribe } from './transcribe.ts';
import type { TranscriptionForm } from './transcription-model.ts';
import { createVocabularies, type Vocabularies } from './vocabularies.ts';

export interface TranscriptionRecognizerOptions {
  /** As the registry has it. */
  readonly name: string;
  readonly server: ApiServer;
  /** As the server has it; the deployment's name with Azure. */
  readonly model: string;
  readonly form: TranscriptionForm;
  readonly languages: Languages;
  /** Words while the caller speaks, by further requests, each of which costs its audio from the beginning. */
  readonly partials: boolean;
  /** New sound between two of those requests; also the least that is sent. */
  readonly partialEveryMs: number;
  readonly wordTimes: boolean;
  /** From the end of the utterance to the beginning of the answer. */
  readonly timeoutMs: number;
  /** The longest silence in the middle of the answer. */
  readonly stallTimeoutMs: number;
  /** Where the server does not say how sure it is. Above 0.7, or no turn would ever be acted on. */
  readonly assumedConfidence: number;
}

/** The turn machine cuts utterances at 30 s; what comes later than this is not heard. */
const maxUtteranceSamples = 60 * SAMPLE_RATE_HZ;
/** A tenth of a second: less is refused, and is no word. */
const minSamples = SAMPLE_RATE_HZ / 10;
/** Finals under way at once; more only when the server hangs. */
const maxPending = 8;

/**
 * Recognition by requests: one for each utterance when it is over, and while it lasts one after the other for what there is of it. Failure
 * codes are those of providers.
 */
export function createTranscriptionRecognizer(
  options: TranscriptionRecognizerOptions,
  context: EngineContext,
): Recognizer {
  const vocabularies = createVocabularies();
  const closing = new AbortController();
  return {
    name: options.name,
    async prepare(vocabulary, signal) {
      signal.throwIfAborted();
      vocabularies.add(vocabulary);
      // Looked through now rather than while somebody speaks.
      hintsOf(vocabulary, undefined, options.form.hints);
    },
    open: (given, onEvent) => openStream(options, context, vocabularies, closing.signal, given, onEvent),
    async close() {
      closing.abort();
    },
  };
}

interface Utterance {
  readonly audio: Pcm[];
  samples: number;
  /** Of them, those that a partial was asked for. */
  askedSamples: number;
  readonly hints: Hints;
  lastPartial: string;
  /** The request for a partial that is under way. */
  asking: AbortController | undefined;
  /** Partials failed once: the final will say what is wrong, if it still is. */
  withoutPartials: boolean;
}

function openStream(
  options: TranscriptionRecognizerOptions,
  { clock, onError }: EngineContext,
  vocabularies: Vocabularies,
  closing: AbortSignal,
  { language, vocabularyId, signal }: RecognizerOptions,
  onEvent: (event: RecognizerEvent) => void,
): RecognizerStream {
  const { server, model, form, partialEveryMs, timeoutMs, stallTimeoutMs, wordTimes } = options;
  const life = createStreamLife(server.title, signal, closing, onEvent);
  let expected: string | undefined;
  let current: Utterance | undefined;
  const finals = createFinals(clock, life.tell);
  if (!speaksLanguage(options.languages, language)) {
    life.failLater({ code: 'language_not_supported', message: `${model} does not know ${language}.` });
  }

  const ask = (utterance: Utterance, audio: Pcm, ofRequest: AbortSignal, onText: (text: string) => void) => {
    const asked: TranscriptionAsk = {
      server,
      model,
      form,
      language,
      hints: utterance.hints,
      wordTimes,
      timeoutMs,
      stallTimeoutMs,
    };
    return transcribe(audio, asked, ofRequest, onText);
  };

  const tellPartial = (utterance: Utterance, text: string, isWhole: boolean) => {
    if (life.isOver || current !== utterance || !finals.isEmpty) return;
    // Each request writes the utterance anew from its beginning: until it has come as far as the one before, it says less.
    const saysMore = isWhole ? text !== utterance.lastPartial : text.length > utterance.lastPartial.length;
    if (text === '' || !saysMore || isEchoOfPrompt(text, utterance.hints)) return;
    utterance.lastPartial = text;
    life.tell({ type: 'partial', text });
  };

  const askPartial = async (utterance: Utterance) => {
    const request = new AbortController();
    utterance.asking = request;
    utterance.askedSamples = utterance.samples;
    const ofBoth = AbortSignal.any([request.signal, life.signal]);
    try {
      const { text } = await ask(utterance, joined(utterance.audio), ofBoth, (soFar) =>
        tellPartial(utterance, soFar, false),
      );
      tellPartial(utterance, text, true);
    } catch (error) {
      if (ofBoth.aborted) return;
      utterance.withoutPartials = true;
      onError(error, `partials of ${server.title}`);
    } finally {
      utterance.asking = undefined;
      // What came meanwhile may be enough for the next.
      if (!life.isOver && current === utterance) considerPartial(utterance);
    }
  };

  const considerPartial = (utterance: Utterance) => {
    if (!options.partials || utterance.withoutPartials || utterance.asking !== undefined) return;
    const newMs = ((utterance.samples - utterance.askedSamples) * 1000) / SAMPLE_RATE_HZ;
    if (newMs >= partialEveryMs) void askPartial(utterance);
  };

  const append = (utterance: Utterance, frame: Pcm) => {
    if (utterance.samples >= maxUtteranceSamples) return;
    utterance.audio.push(frame);
    utterance.samples += frame.length;
  };

  const askFinal = async (utterance: Utterance) => {
    const settle = finals.begin();
    if (utterance.samples < minSamples) {
      setImmediate(() => settle(nothing, options.assumedConfidence));
      return;
    }
    try {
      const transcript = await ask(utterance, joined(utterance.audio), life.signal, () => {});
      if (life.isOver) return;
      const isEcho = isEchoOfPrompt(transcript.text, utterance.hints);
      settle(isEcho ? nothing : transcript, options.assumedConfidence);
    } catch (error) {
      life.fail(toFailure(error));
    }
  };

  return {
    expect(next) {
      expected = next;
    },
    utteranceStarted(preRoll) {
      if (life.isOver) return;
      const hints = hintsOf(vocabularies.get(vocabularyId), expected, form.hints);
      const utterance: Utterance = {
        audio: [],
        samples: 0,
        askedSamples: 0,
        hints,
        lastPartial: '',
        asking: undefined,
        withoutPartials: false,
      };
      current = utterance;
      for (const frame of preRoll) append(utterance, frame);
    },
    write(frame) {
      if (life.isOver || current === undefined) return;
      append(current, frame);
      considerPartial(current);
    },
    utteranceEnded() {
      const utterance = current;
      if (life.isOver || utterance === undefined) return;
      current = undefined;
      utterance.asking?.abort();
      if (finals.count >= maxPending) {
        life.failLater({ code: 'provider_timed_out', message: `${maxPending} utterances wait for their transcripts.` });
        return;
      }
      void askFinal(utterance);
    },
  };
}

const nothing: Transcript = { text: '', confidence: 0, words: [] };

/** Finals in the order of the utterances, however the answers come. */
function createFinals(clock: Clock, onEvent: (event: RecognizerEvent) => void) {
  const waiting: { event: RecognizerEvent | undefined }[] = [];
  return {
    get isEmpty() {
      return waiting.length === 0;
    },
    get count() {
      return waiting.length;
    },
    /** The utterance is over now. @returns what tells its transcript */
    begin() {
      const endedAtMs = clock.nowMs();
      const place: { event: RecognizerEvent | undefined } = { event: undefined };
      waiting.push(place);
      return ({ text, confidence, words }: Transcript, assumedConfidence: number) => {
        place.event = {
          type: 'final',
          text,
          confidence: text === '' ? 0 : (confidence ?? assumedConfidence),
          rejected: false,
          endsTurn: false,
          words,
          processingMs: clock.nowMs() - endedAtMs,
        };
        while (waiting[0]?.event !== undefined) {
          const event = waiting.shift()?.event;
          if (event !== undefined) onEvent(event);
        }
      };
    },
  };
}
