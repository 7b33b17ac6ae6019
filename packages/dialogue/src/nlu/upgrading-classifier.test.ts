import { describe, expect, it, vi } from 'vitest';
import type { IntentClassifier } from './intent-classifier.ts';
import { createUpgradingClassifier } from './upgrading-classifier.ts';

const nowhere = { expectedIntents: [], slotAsked: undefined };
const signal = new AbortController().signal;

function classifier(name: string): IntentClassifier {
  return { name, classify: async () => ({ intent: name, confidence: 1, ranking: [] }) };
}

async function told(by: IntentClassifier): Promise<string | undefined> {
  return (await by.classify('hello', nowhere, signal)).intent;
}

describe('a classifier that is learnt while callers are answered already', () => {
  it('nobody waits for it, and from when it is there it answers', async () => {
    const learnt = Promise.withResolvers<IntentClassifier>();
    const upgrading = createUpgradingClassifier(() => learnt.promise, classifier('plain'));
    expect(await told(upgrading)).toBe('plain');
    expect(upgrading.name).toBe('plain');
    learnt.resolve(classifier('better'));
    await learnt.promise;
    await vi.waitUntil(() => upgrading.name === 'better');
    expect(await told(upgrading)).toBe('better');
  });

  it('is tried again, not with every turn, when it could not be learnt', async () => {
    const failures: unknown[] = [];
    let tries = 0;
    const learn = async () => {
      tries += 1;
      if (tries === 1) throw new Error('away');
      return classifier('better');
    };
    const patient = createUpgradingClassifier(learn, classifier('plain'), {
      onFailure: (error) => failures.push(error),
      retryAfterMs: 3_600_000,
    });
    await vi.waitUntil(() => failures.length === 1);
    expect(await told(patient)).toBe('plain');
    expect(tries).toBe(1);

    tries = 0;
    const eager = createUpgradingClassifier(learn, classifier('plain'), { retryAfterMs: 0, onFailure: () => {} });
    await vi.waitUntil(() => tries === 1);
    await vi.waitUntil(async () => (await told(eager)) === 'better');
  });

  it('is given up when it takes too long', async () => {
    const failures: unknown[] = [];
    const learn = (given: AbortSignal) =>
      new Promise<IntentClassifier>((_, reject) => given.addEventListener('abort', () => reject(given.reason)));
    const upgrading = createUpgradingClassifier(learn, classifier('plain'), {
      learnTimeoutMs: 1,
      onFailure: (error) => failures.push(error),
    });
    await vi.waitUntil(() => failures.length === 1);
    expect(await told(upgrading)).toBe('plain');
  });
});
