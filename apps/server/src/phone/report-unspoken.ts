/** Of one agent: callers try again and again while nobody has mended it. */
const quietMs = 60_000;
/** More than are called in a minute; beyond, each is told again. */
const maxRemembered = 100;

/** Who was called and cannot be spoken. */
export interface UnspokenAgent {
  readonly agent: string;
  /** BCP 47. */
  readonly language: string;
}

/** Writes down, once a minute at most for each, that an agent was called whose language nobody here hears and speaks. */
export function createUnspokenReport(
  log: { warn(facts: object, message: string): void },
  nowMs: () => number = () => performance.now(),
): (called: UnspokenAgent) => void {
  const quietUntilMs = new Map<string, number>();
  return ({ agent, language }) => {
    const key = `${agent} ${language}`;
    if (nowMs() < (quietUntilMs.get(key) ?? Number.NEGATIVE_INFINITY)) return;
    if (quietUntilMs.size >= maxRemembered) quietUntilMs.clear();
    quietUntilMs.set(key, nowMs() + quietMs);
    log.warn(
      { agent, language },
      'a call was not taken: nobody here hears and speaks the language of its agent. Name engines that do (RECOGNIZER=…, SYNTHESIZER=…; docs/providers.md), or another agent for the number',
    );
  };
}
