import { parseEngineChoice } from '@parley/speech/registry.ts';
import type { EngineSnapshot, SpeechRouter } from '@parley/speech/router/speech-router.ts';
import type { Metrics } from './metrics.ts';
import type { Dependency } from './readiness.ts';

/**
 * The server's own engines as the router sees them, in metrics and `/ready`. Those of organizations' accounts are in neither: one
 * organization's wrong key says nothing of the server, and their number has no bound.
 */
export function observeRouter(
  router: Pick<SpeechRouter, 'snapshot'>,
  own: { readonly recognizers: readonly string[]; readonly synthesizers: readonly string[] },
  metrics: Metrics,
): Dependency[] {
  const names = [
    ...own.recognizers.map((written) => ({ kind: 'recognizer' as const, name: parseEngineChoice(written).name })),
    ...own.synthesizers.map((written) => ({ kind: 'synthesizer' as const, name: parseEngineChoice(written).name })),
  ];
  const once = new Map(names.map((one) => [`${one.kind}_${one.name}`, one]));
  return [...once].map(([dependency, { kind, name }]): Dependency => {
    const engines = () =>
      router
        .snapshot()
        .filter((engine) => engine.isServers && engine.kind === kind && parseEngineChoice(engine.engine).name === name);
    metrics.gauge('parley_breaker_state', { dependency: `speech_${dependency}` }, () => worst(engines()));
    metrics.gauge('parley_speech_open', { kind, engine: name }, () => sum(engines(), ({ open }) => open));
    metrics.gauge('parley_speech_waiting', { kind, engine: name }, () => sum(engines(), ({ waiting }) => waiting));
    return {
      name: `speech_${dependency}`,
      isVital: false,
      check: () => {
        const leftAlone = engines().filter(({ breaker }) => breaker !== 'closed');
        if (leftAlone.length === 0) return { state: 'ok' };
        const ms = Math.max(...leftAlone.map(({ leftAloneMs }) => leftAloneMs));
        const then = ms === 0 ? 'asked again by the next caller' : `left alone for ${Math.ceil(ms / 1000)} s`;
        return { state: 'degraded', detail: `It failed and is ${then}.` };
      },
    };
  });
}

const ranks = { closed: 0, halfOpen: 1, open: 2 } as const;

function worst(engines: readonly EngineSnapshot[]): number {
  return Math.max(0, ...engines.map(({ breaker }) => ranks[breaker]));
}

function sum(engines: readonly EngineSnapshot[], of: (engine: EngineSnapshot) => number): number {
  return engines.reduce((total, engine) => total + of(engine), 0);
}
