import { createScriptedEngine, works } from '@parley/engine/fallback/testing/scripted-engine.ts';
import { createScriptedVoice, speaksAll } from '@parley/engine/fallback/testing/scripted-voice.ts';
import type { SynthesisRequest } from '@parley/engine/ports/synthesizer.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { createRouterBench, vocabulary } from './router-bench.ts';
import { createScriptedEngines } from './scripted-engines.ts';

/** Says all words of the sentence. */
export const whole = ({ text }: SynthesisRequest) => speaksAll(text.split(' ').length);
export const both = { recognizers: ['first', 'second'], voices: ['first', 'second'] };

/** A router over two engines of each kind; the first ones do as told. */
export function createTwo(
  first: {
    readonly ear?: Parameters<typeof createScriptedEngine>[2];
    readonly voice?: Parameters<typeof createScriptedVoice>[2];
  },
  more: Parameters<typeof createRouterBench>[2] = {},
  server: Parameters<typeof createRouterBench>[1] = both,
) {
  const time = createVirtualClock();
  const clock = time.share();
  const ears = {
    first: createScriptedEngine(clock, 'first', first.ear ?? (() => works)),
    second: createScriptedEngine(clock, 'second', () => works),
  };
  const voices = {
    first: createScriptedVoice(clock, 'first', first.voice ?? whole),
    second: createScriptedVoice(clock, 'second', whole),
  };
  const engines = createScriptedEngines({
    recognizers: { first: () => ears.first, second: () => ears.second },
    voices: { first: () => voices.first, second: () => voices.second },
  });
  const bench = createRouterBench(engines, server, more, time);
  return { ...bench, engines, ears, voices };
}

/** Once the recognisers know the words. */
export async function prepared(bench: ReturnType<typeof createTwo>) {
  const { router, scope } = bench;
  const { plan } = scope();
  await router.prepare(vocabulary, [{ plan, use: { accounts: {} } }], new AbortController().signal);
  return bench;
}
