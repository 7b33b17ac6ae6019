import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { type Bench, onBench } from '@parley/fakes/conformance/bench.ts';
import {
  createDeepgramFake,
  type DeepgramFakeOptions,
  deepgramFakeDefaults,
} from '@parley/fakes/deepgram/deepgram-fake.ts';
import { fakeKey } from '@parley/fakes/fake-vendor.ts';
import { parseEngineChoice } from '../../registry.ts';
import { deepgramProvider } from '../deepgram-provider.ts';

interface BenchOptions extends Partial<DeepgramFakeOptions> {
  /** A fault of the fake, such as `break-after:1`. */
  readonly fault?: string;
}

/** Holds a test at a recogniser over the fake, chosen as somebody would write it: `deepgram?model=nova-2`. */
export function withRecognizer(
  choice: string,
  hold: (bench: Bench<Recognizer>) => Promise<void>,
  { fault = '', ...fake }: BenchOptions = {},
): Promise<void> {
  const { name, options = {} } = parseEngineChoice(choice);
  const create = (baseUrl: string, context: Bench<Recognizer>['context']) => {
    const engine = deepgramProvider.recognizers[name];
    if (engine === undefined) throw new Error(`There is no ${name}.`);
    return engine.create({ apiKey: fakeKey, baseUrl }, options, context);
  };
  return onBench({ fake: createDeepgramFake({ ...deepgramFakeDefaults, ...fake }), create }, fault, hold);
}

/** As `withRecognizer`, at a voice. */
export function withVoice(
  choice: string,
  hold: (bench: Bench<Synthesizer>) => Promise<void>,
  { fault = '', ...fake }: BenchOptions = {},
): Promise<void> {
  const { name, options = {} } = parseEngineChoice(choice);
  const create = (baseUrl: string, context: Bench<Synthesizer>['context']) => {
    const engine = deepgramProvider.synthesizers[name];
    if (engine === undefined) throw new Error(`There is no ${name}.`);
    return engine.create({ apiKey: fakeKey, baseUrl }, options, context);
  };
  return onBench({ fake: createDeepgramFake({ ...deepgramFakeDefaults, ...fake }), create }, fault, hold);
}

/** The sound of texts, and of silences in ms between them, as the fake's brain speaks. */
export async function soundOf(
  { brain }: Pick<Bench<unknown>, 'brain'>,
  ...parts: readonly (string | number)[]
): Promise<Int16Array> {
  const all: number[] = [];
  for (const part of parts) {
    const silence = typeof part === 'number' ? new Int16Array(16 * part) : undefined;
    const { samples } =
      typeof part === 'string' ? await brain.speak(part, 'en', new AbortController().signal) : { samples: silence };
    for (const sample of samples ?? []) all.push(sample);
  }
  return Int16Array.from(all);
}

/** The query of the nth request that the fake got, from 0. */
export function queryOf(
  { fake }: Pick<Bench<unknown>, 'fake'>,
  index = 0,
): Readonly<Record<string, readonly string[]>> {
  return fake?.journal.requests[index]?.query ?? {};
}
