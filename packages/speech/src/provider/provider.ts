import type { LookupFunction } from 'node:net';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { z } from 'zod';
import type { LanguageModel } from '../language-models/language-model.ts';
import type { Languages } from './languages.ts';

/**
 * Someone who listens, speaks or thinks for agents: a vendor, a kind of server, a program on this machine. Each is a folder of its own
 * and one line of the registry; nothing else in the house knows its name.
 */
export interface Provider {
  /** Lower case with hyphens: `azure-speech`. */
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /** Its settings of the environment by their names, each with `.meta({ description, example })`; secrets with `isSecret: true`. */
  readonly settings: Readonly<Record<string, z.ZodType>>;
  /** What an account with it is made of, in camel case, as an organization enters it: keys (with `.meta({ isSecret: true })`), addresses. */
  readonly account: z.ZodType;
  /**
   * The account that the environment's settings come to.
   * @param settings parsed by `settings`
   * @returns undefined when it is not configured; for providers that need nothing an empty object
   */
  accountOf(settings: Readonly<Record<string, unknown>>): unknown;
  readonly recognizers: Readonly<Record<string, RecognizerEngine>>;
  readonly synthesizers: Readonly<Record<string, SynthesizerEngine>>;
  readonly languageModels: Readonly<Record<string, LanguageModelEngine>>;
  /**
   * All that its engines connect to, they connect to by `EngineContext.lookup`: only then may tenants enter accounts that name an
   * address. Left out: they may not.
   */
  readonly connectsByLookup?: boolean;
}

/** What every engine is made with. */
export interface EngineContext {
  readonly clock: Clock;
  /** What was got over, for the log. Neither keys nor what was said are in it. */
  readonly onError: (error: unknown, context: string) => void;
  /**
   * How names become addresses, for accounts that tenants entered: what it refuses is not connected to. Hand it on to wire/ with every
   * connection. Left out: the system's way.
   */
  readonly lookup?: LookupFunction | undefined;
}

interface Engine<Part> {
  /** As people call it: `Deepgram Nova`. */
  readonly title: string;
  /** What can be set for it. Values may come as text (`deepgram?model=nova-2&endpointing=false`): numbers and yes or no are coerced. */
  readonly options: z.ZodType;
  /** @throws SpeechError `options_invalid` in words for whoever wrote them; makes no request */
  create(account: unknown, options: unknown, context: EngineContext): Part;
}

export interface RecognizerEngine extends Engine<Recognizer> {
  /** @param options as given to `create`, unparsed */
  languagesOf(options: unknown): Languages;
  readonly abilities: RecognizerAbilities;
}

export interface RecognizerAbilities {
  readonly partials: boolean;
  readonly wordTimes: boolean;
  /** Decides itself when a turn is over. */
  readonly turnEvents: boolean;
  /** What becomes of the agent's vocabulary. */
  readonly vocabulary: 'grammar' | 'key-terms' | 'prompt' | 'none';
  /** Hears G.711 as it comes from the telephone. */
  readonly phoneAudio: boolean;
}

export interface SynthesizerEngine extends Engine<Synthesizer> {
  /** @param options as given to `create`, unparsed */
  languagesOf(options: unknown): Languages;
  readonly abilities: SynthesizerAbilities;
}

export interface SynthesizerAbilities {
  readonly wordTimes: boolean;
  readonly ssml: boolean;
  /** Carries the melody on from one sentence to the next. */
  readonly stitching: boolean;
  /** Speaks G.711 as the telephone takes it. */
  readonly phoneAudio: boolean;
}

export interface LanguageModelEngine extends Engine<LanguageModel> {}
