import type { Agent } from '@parley/engine/ports/agent.ts';

/** What ships, by language; the first is for all others. */
const lines: Readonly<Record<string, string>> = {
  en: 'This call is recorded.',
  vi: 'Cuộc gọi này được ghi âm.',
  de: 'Dieses Gespräch wird aufgezeichnet.',
  fr: 'Cet appel est enregistré.',
  es: 'Esta llamada se graba.',
};

/** @param language BCP 47 */
export function consentLineIn(language: string): string {
  return lines[language.split('-')[0]?.toLowerCase() ?? ''] ?? lines.en ?? '';
}

/** The same agent, which says first that it is recorded. The line is heard to its end, whatever the caller says meanwhile. */
export function withConsentLine(agent: Agent, line: string): Agent {
  return {
    id: agent.id,
    language: agent.language,
    voice: agent.voice,
    thinksAhead: agent.thinksAhead,
    async *respond(request, signal) {
      if (request.cue.type === 'greet') yield { type: 'say', text: `${line} `, interruptible: false };
      yield* agent.respond(request, signal);
    },
  };
}
