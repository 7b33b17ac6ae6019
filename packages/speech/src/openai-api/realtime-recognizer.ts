import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type {
  Recognizer,
  RecognizerEvent,
  RecognizerOptions,
  RecognizerStream,
} from '@parley/engine/ports/recognizer.ts';
import { type Languages, speaksLanguage } from '../provider/languages.ts';
import type { EngineContext } from '../provider/provider.ts';
import { failureOfApiError } from './api-failure.ts';
import type { ApiServer } from './api-server.ts';
import { confidenceOfTokens } from './confidence.ts';
import { type Hints, hintsOf, isEchoOfPrompt } from './hints.ts';
import { createRealtimeEncoder, type RealtimeEncoder } from './realtime-audio.ts';
import type { RealtimeEvent } from './realtime-events.ts';
import { openRealtimeSession, type RealtimeSession } from './realtime-session.ts';
import { type RealtimeModel, settingsOf } from './realtime-settings.ts';
import { joined } from './samples.ts';
import { createStreamLife } from './stream-life.ts';
import { createVocabularies, type Vocabularies } from './vocabularies.ts';

export interface RealtimeRecognizerOptions extends RealtimeModel {
  /** As the registry has it. */
  readonly name: string;
  readonly server: ApiServer;
  readonly languages: Languages;
  /** From the end of the utterance to its transcript. */
  readonly timeoutMs: number;
  /** Where the model does not say how sure it is. Above 0.7, or no turn would ever be acted on. */
  readonly assumedConfidence: number;
}

/** Sound in one message. A tenth of a second: ten messages a second, and partials hardly later for it. */
const messageSamples = SAMPLE_RATE_HZ / 10;
/** A tenth of a second: a smaller buffer is not committed [issues of several clients], and holds no word. */
const minSamples = SAMPLE_RATE_HZ / 10;
/** More than are ever under way at once. */
const maxSettledIds = 16;
/** Sessions end after 60 minutes [docs]: a new one is begun in a pause before. */
const maxSessionMs = 50 * 60_000;

/**
 * Recognition over one WebSocket for the whole call; what an utterance is we decide, not the server. Failure codes are those of
 * providers.
 */
export function createRealtimeRecognizer(options: RealtimeRecognizerOptions, context: EngineContext): Recognizer {
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
  readonly hints: Hints;
  readonly encoder: RealtimeEncoder;
  /** Not yet sent. */
  readonly unsent: Pcm[];
  unsentSamples: number;
  samples: number;
  /** The server's name for it, once it is known. */
  itemId: string | undefined;
  /** The server has acknowledged its end, or was never told of it. */
  isCommitted: boolean;
  soFar: string;
  readonly tokens: number[];
  endedAtMs: number | undefined;
  cancelTimeout: () => void;
  final: RecognizerEvent | undefined;
}

function openStream(
  options: RealtimeRecognizerOptions,
  { clock, onError }: EngineContext,
  vocabularies: Vocabularies,
  closing: AbortSignal,
  { language, vocabularyId, line = 'wide', signal }: RecognizerOptions,
  onEvent: (event: RecognizerEvent) => void,
): RecognizerStream {
  const { server, model, form, timeoutMs, assumedConfidence } = options;
  const life = createStreamLife(server.title, signal, closing, onEvent);
  let expected: string | undefined;
  let session: RealtimeSession | undefined;
  let current: Utterance | undefined;
  /** All whose finals are due, the one in progress last. */
  const due: Utterance[] = [];
  /** The last items whose finals were told: what comes of them late is nobody's. */
  const settledIds: string[] = [];
  life.signal.addEventListener('abort', () => {
    for (const { cancelTimeout } of due.splice(0)) cancelTimeout();
    current = undefined;
    session = undefined;
  });

  const connect = (): RealtimeSession => {
    const opened: RealtimeSession = openRealtimeSession(
      server.transcriptionSocket,
      { clock, signal: life.signal },
      {
        onEvent: (event) => {
          if (!life.isOver) heard(event);
        },
        onGone(failure) {
          if (session === opened) session = undefined;
          // Nobody was speaking: the next utterance finds another.
          if (due.length === 0 && failure?.code !== 'provider_unauthorized') {
            if (failure !== undefined) onError(new Error(failure.message), `an idle session of ${server.title}`);
            return;
          }
          life.fail(
            failure ?? { code: 'provider_failed', message: 'The session was closed in the middle of an utterance.' },
          );
        },
      },
    );
    return opened;
  };

  if (!speaksLanguage(options.languages, language)) {
    life.failLater({ code: 'language_not_supported', message: `${model} does not know ${language}.` });
  } else if (!life.isOver) {
    // Before the first word, so that it does not wait for the connection.
    session = connect();
    session.configure(
      settingsOf(options, language, line, hintsOf(vocabularies.get(vocabularyId), expected, form.hints)),
    );
  }

  /** The utterance of an item; one that is new belongs to the oldest that has none. */
  const utteranceOf = (itemId: string): Utterance | undefined => {
    const known = due.find((one) => one.itemId === itemId);
    if (known !== undefined || settledIds.includes(itemId)) return known;
    const next = due.find((one) => one.itemId === undefined);
    if (next !== undefined) next.itemId = itemId;
    return next;
  };

  /** The oldest whose commit is not acknowledged. */
  const uncommitted = () => due.find(({ endedAtMs, isCommitted }) => endedAtMs !== undefined && !isCommitted);

  const heard = (event: RealtimeEvent) => {
    if (event.type === 'error') {
      // Too little sound to be worth a word.
      if (event.error.code === 'input_audio_buffer_commit_empty') {
        const empty = uncommitted();
        if (empty !== undefined) settle(empty, '', []);
      } else if (event.error.code === 'session_expired' && due.length === 0) {
        session?.close();
        session = undefined;
      } else life.fail(failureOfApiError(event.error));
      return;
    }
    if (event.type === 'input_audio_buffer.committed') {
      // Commits are acknowledged in order: whatever words came under before, from here on this is its name.
      const committed = uncommitted();
      if (committed === undefined) return;
      committed.itemId = event.item_id;
      committed.isCommitted = true;
      return;
    }
    const utterance = utteranceOf(event.item_id);
    if (utterance === undefined) return;
    if (event.type === 'conversation.item.input_audio_transcription.failed') life.fail(failureOfApiError(event.error));
    else if (event.type === 'conversation.item.input_audio_transcription.completed') {
      settle(utterance, event.transcript, tokensOf(event.logprobs));
    } else {
      utterance.soFar += event.delta;
      utterance.tokens.push(...tokensOf(event.logprobs));
      const text = utterance.soFar.trim();
      if (utterance === due[0] && text !== '' && !isEchoOfPrompt(text, utterance.hints)) {
        life.tell({ type: 'partial', text });
      }
    }
  };

  const settle = (utterance: Utterance, transcript: string, tokens: readonly number[]) => {
    // A final before the end: the server was told of none, so it is of no use yet.
    if (utterance.endedAtMs === undefined || utterance.final !== undefined) return;
    utterance.cancelTimeout();
    utterance.isCommitted = true;
    if (utterance.itemId !== undefined) settledIds.push(utterance.itemId);
    if (settledIds.length > maxSettledIds) settledIds.shift();
    const text = isEchoOfPrompt(transcript, utterance.hints) ? '' : transcript.trim();
    const confidence = confidenceOfTokens(tokens.length > 0 ? tokens : utterance.tokens) ?? assumedConfidence;
    utterance.final = {
      type: 'final',
      text,
      confidence: text === '' ? 0 : confidence,
      rejected: false,
      endsTurn: false,
      words: [],
      processingMs: clock.nowMs() - utterance.endedAtMs,
    };
    while (!life.isOver && due[0]?.final !== undefined) {
      const final = due.shift()?.final;
      if (final !== undefined) life.tell(final);
    }
  };

  const add = (utterance: Utterance, frame: Pcm) => {
    utterance.unsent.push(frame);
    utterance.unsentSamples += frame.length;
    utterance.samples += frame.length;
    if (utterance.unsentSamples >= messageSamples) sendSound(utterance);
  };

  const sendSound = (utterance: Utterance) => {
    const bytes = utterance.encoder.encode(joined(utterance.unsent.splice(0)));
    utterance.unsentSamples = 0;
    if (bytes.length > 0) session?.append(bytes);
  };

  return {
    expect(next) {
      expected = next;
    },
    utteranceStarted(preRoll) {
      if (life.isOver) return;
      const utterance: Utterance = {
        hints: hintsOf(vocabularies.get(vocabularyId), expected, form.hints),
        encoder: createRealtimeEncoder(line),
        unsent: [],
        unsentSamples: 0,
        samples: 0,
        itemId: undefined,
        isCommitted: false,
        soFar: '',
        tokens: [],
        endedAtMs: undefined,
        cancelTimeout: () => {},
        final: undefined,
      };
      if (due.length === 0 && session !== undefined && clock.nowMs() - session.openedAtMs > maxSessionMs) {
        session.close();
        session = undefined;
      }
      session ??= connect();
      session.configure(settingsOf(options, language, line, utterance.hints));
      current = utterance;
      due.push(utterance);
      for (const frame of preRoll) add(utterance, frame);
    },
    write(frame) {
      if (!life.isOver && current !== undefined) add(current, frame);
    },
    utteranceEnded() {
      const utterance = current;
      if (life.isOver || utterance === undefined) return;
      current = undefined;
      utterance.endedAtMs = clock.nowMs();
      if (utterance.samples < minSamples) {
        utterance.isCommitted = true;
        session?.clear();
        setImmediate(() => {
          if (!life.isOver) settle(utterance, '', []);
        });
        return;
      }
      sendSound(utterance);
      const rest = utterance.encoder.end();
      if (rest.length > 0) session?.append(rest);
      session?.commit();
      utterance.cancelTimeout = clock.wakeAt(clock.nowMs() + timeoutMs, () =>
        life.fail({
          code: 'provider_timed_out',
          message: `No transcript within ${timeoutMs} ms of the utterance's end.`,
        }),
      );
    },
  };
}

function tokensOf(logprobs: readonly { readonly logprob: number }[] | null | undefined): readonly number[] {
  return (logprobs ?? []).map(({ logprob }) => logprob);
}
