import type { IntentClassifier } from './intent-classifier.ts';

export interface UpgradeOptions {
  /** What learns may take; a list of thousands of examples takes a slow machine minutes. */
  readonly learnTimeoutMs: number;
  /** After learning failed, the first turn after this long tries again: a server that was away may be back. */
  readonly retryAfterMs: number;
  /** Told of each time that learning failed. */
  readonly onFailure: (error: unknown) => void;
}

export const upgradeDefaults: UpgradeOptions = {
  learnTimeoutMs: 300_000,
  retryAfterMs: 60_000,
  onFailure: () => {},
};

/** Answers with one classifier at once, and with a better one from when that is learnt. Nobody waits for it. */
export function createUpgradingClassifier(
  learn: (signal: AbortSignal) => Promise<IntentClassifier>,
  meanwhile: IntentClassifier,
  overrides: Partial<UpgradeOptions> = {},
): IntentClassifier {
  const options = { ...upgradeDefaults, ...overrides };
  let better: IntentClassifier | undefined;
  let learning = false;
  let failedAtMs = Number.NEGATIVE_INFINITY;
  const begin = () => {
    if (better !== undefined || learning || performance.now() - failedAtMs < options.retryAfterMs) return;
    learning = true;
    void attempt();
  };
  const attempt = async () => {
    try {
      better = await learn(AbortSignal.timeout(options.learnTimeoutMs));
    } catch (error) {
      failedAtMs = performance.now();
      options.onFailure(error);
    } finally {
      learning = false;
    }
  };
  begin();
  return {
    get name() {
      return (better ?? meanwhile).name;
    },
    classify(text, context, signal) {
      begin();
      return (better ?? meanwhile).classify(text, context, signal);
    },
  };
}
