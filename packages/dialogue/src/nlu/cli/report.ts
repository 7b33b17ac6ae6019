import type { IntentExample } from '../agent-intents.ts';
import { trainEmbeddingClassifier } from '../embedding-classifier.ts';
import { evaluateClassifier, evaluateIntents, type IntentFigures, type IntentTest } from '../evaluate-intents.ts';
import { parseIntentModel, serializeIntentModel } from '../intent-model-file.ts';
import { createPredictor } from '../predict-intent.ts';
import type { SentenceEmbedder } from '../sentence-embedder.ts';
import { trainIntentModel } from '../train-intent-model.ts';
import { createTrainedClassifier } from '../trained-classifier.ts';

export interface EvaluationReport extends IntentFigures {
  readonly examples: number;
  readonly intents: number;
  /** Probability below which no intent is told; undefined for embeddings, which keep theirs to themselves. */
  readonly threshold: number | undefined;
  /** Calibration included. */
  readonly trainSeconds: number;
  /** Undefined for embeddings: it is the embedder's. */
  readonly modelBytes: number | undefined;
  /** Intents of the test that no example is of: always missed. */
  readonly unknownIntents: readonly string[];
}

/** Train, go through the serialised form as every model in use does, and ask for each test. */
export function evaluationReport(
  examples: readonly IntentExample[],
  tests: readonly IntentTest[],
  seed: number,
): EvaluationReport {
  const startedAt = performance.now();
  const trained = trainIntentModel(examples, { seed });
  const trainSeconds = (performance.now() - startedAt) / 1000;
  const bytes = serializeIntentModel(trained);
  const model = parseIntentModel(bytes);
  return {
    examples: examples.length,
    intents: model.intents.length,
    threshold: model.calibration.rejectBelow,
    ...evaluateIntents(createPredictor(model), tests),
    trainSeconds,
    modelBytes: bytes.length,
    unknownIntents: unknownIn(tests, model.intents),
  };
}

/**
 * The same by the nearness of meanings. Nothing stands in for the embedder: what it cannot answer ends the evaluation.
 *
 * @param signal ends it
 * @throws NluError of the first text that was not embedded in time
 */
export async function embeddingReport(
  examples: readonly IntentExample[],
  tests: readonly IntentTest[],
  embedder: SentenceEmbedder,
  signal: AbortSignal,
): Promise<EvaluationReport> {
  const failed = new AbortController();
  const startedAt = performance.now();
  // It would stand in for the embedder, and stands by unasked: a failure ends the evaluation before its answer counts.
  const fallback = createTrainedClassifier(examples.slice(0, 1));
  const classifier = await trainEmbeddingClassifier(examples, embedder, fallback, signal, {
    onFailure: (error) => failed.abort(error),
  });
  const trainSeconds = (performance.now() - startedAt) / 1000;
  const intents = [...new Set(examples.map(({ intent }) => intent))];
  const figures = await evaluateClassifier(classifier, tests, AbortSignal.any([signal, failed.signal]));
  failed.signal.throwIfAborted();
  return {
    examples: examples.length,
    intents: intents.length,
    threshold: undefined,
    ...figures,
    trainSeconds,
    modelBytes: undefined,
    unknownIntents: unknownIn(tests, intents),
  };
}

function unknownIn(tests: readonly IntentTest[], intents: readonly string[]): string[] {
  const known = new Set(intents);
  return [...new Set(tests.flatMap(({ intent }) => (intent === null || known.has(intent) ? [] : [intent])))];
}

export function printEvaluation(report: EvaluationReport): string {
  const { inScope, outOfScope, confusions, unknownIntents } = report;
  return [
    `${report.examples} examples of ${report.intents} intents, learnt and calibrated in ${report.trainSeconds.toFixed(1)} s${report.modelBytes === undefined ? '' : `; ${(report.modelBytes / 1e6).toFixed(2)} MB`}.`,
    `${inScope} texts in scope, ${outOfScope} out of scope.`,
    '',
    `  right intent is the likeliest     ${percent(report.accuracyRaw)}`,
    `  right intent told                 ${percent(report.accuracyInScope)}${report.threshold === undefined ? '' : `   with a confidence of at least ${report.threshold.toFixed(2)}`}`,
    `  out of scope, none told           ${percent(report.outOfScopeRecall)}`,
    `  in scope from out of scope        ${report.auroc === undefined ? 'not tested' : report.auroc.toFixed(3)}   AUROC`,
    `  confidence from share that is right  ${report.expectedCalibrationError.toFixed(3)}   expected calibration error`,
    `  a prediction                      ${report.p50Us.toFixed(0)} µs, ${report.p99Us.toFixed(0)} µs at the 99th percentile`,
    ...(unknownIntents.length === 0 ? [] : ['', `No example is of: ${unknownIntents.slice(0, 20).join(', ')}.`]),
    ...(confusions.length === 0 ? [] : ['', 'Most often taken for one another:']),
    ...confusions.map(({ intent, takenFor, count }) => `  ${count} × ${intent} for ${takenFor}`),
  ].join('\n');
}

function percent(share: number | undefined): string {
  return share === undefined ? 'not tested' : `${(share * 100).toFixed(1)} %`;
}
