import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { z } from 'zod';
import { createEmbeddedRecognizer } from './embedded/embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from './embedded/embedded-synthesizer.ts';
import { createEspeakSynthesizer } from './espeak/espeak-synthesizer.ts';
import { SpeechError } from './speech-error.ts';

/** A provider: what people call it, what can be set, and how one is made from the checked settings. */
interface Provider<Part> {
  readonly title: string;
  readonly options: z.ZodType;
  /** @throws SpeechError `options_invalid` */
  create(options: unknown): Part;
}

const recognizers: Readonly<Record<string, Provider<Recognizer>>> = {
  embedded: provider(
    'On this machine (English, the agent’s own vocabulary)',
    z.strictObject({
      workers: z.int().min(1).max(16).exactOptional(),
      maxDecoders: z.int().min(1).max(64).exactOptional(),
      prewarmed: z.int().min(0).max(64).exactOptional(),
      rejectBelow: z.number().min(0).max(1).exactOptional(),
      maxUtteranceMs: z.int().min(1_000).max(120_000).exactOptional(),
      timeoutMs: z.int().min(1_000).max(60_000).exactOptional(),
    }),
    (options) => createEmbeddedRecognizer(options),
  ),
};

const synthesizers: Readonly<Record<string, Provider<Synthesizer>>> = {
  embedded: provider(
    'On this machine (English)',
    z.strictObject({
      defaultVoice: z.enum(['slt', 'rms', 'awb', 'kal16']).exactOptional(),
      maxQueue: z.int().min(1).max(10_000).exactOptional(),
      maxCharacters: z.int().min(100).max(10_000).exactOptional(),
      cacheBytes: z.int().min(0).max(1_000_000_000).exactOptional(),
      timeoutMs: z.int().min(1_000).max(60_000).exactOptional(),
    }),
    (options) => createEmbeddedSynthesizer(options),
  ),
  espeak: provider(
    'espeak-ng of the system (many languages)',
    z.strictObject({
      command: z.string().min(1).exactOptional(),
      maxProcesses: z.int().min(1).max(32).exactOptional(),
      maxQueue: z.int().min(1).max(10_000).exactOptional(),
      timeoutMs: z.int().min(1_000).max(60_000).exactOptional(),
    }),
    (options) => createEspeakSynthesizer(options),
  ),
};

/** What can be chosen, for consoles and messages. */
export function listProviders(): readonly {
  kind: 'recognizer' | 'synthesizer';
  name: string;
  title: string;
  optionsSchema: unknown;
}[] {
  const list = (kind: 'recognizer' | 'synthesizer', all: Readonly<Record<string, Provider<unknown>>>) =>
    Object.entries(all).map(([name, { title, options }]) => ({
      kind,
      name,
      title,
      optionsSchema: z.toJSONSchema(options),
    }));
  return [...list('recognizer', recognizers), ...list('synthesizer', synthesizers)];
}

/** @throws SpeechError `provider_unknown`, `options_invalid` */
export function createRecognizer(name: string, options: unknown = {}): Recognizer {
  return find(recognizers, name).create(options);
}

/** @throws SpeechError `provider_unknown`, `options_invalid`, `espeak_missing` */
export function createSynthesizer(name: string, options: unknown = {}): Synthesizer {
  return find(synthesizers, name).create(options);
}

function provider<Options, Part>(
  title: string,
  options: z.ZodType<Options>,
  make: (options: Options) => Part,
): Provider<Part> {
  return {
    title,
    options,
    create(given) {
      const parsed = options.safeParse(given);
      if (!parsed.success) throw new SpeechError('options_invalid', z.prettifyError(parsed.error));
      return make(parsed.data);
    },
  };
}

function find<Part>(providers: Readonly<Record<string, Provider<Part>>>, name: string): Provider<Part> {
  const found = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (found === undefined)
    throw new SpeechError('provider_unknown', `"${name}" is not one of ${Object.keys(providers).join(', ')}.`);
  return found;
}
