import { APICallError, generateText } from 'ai';
import type { LanguageModel } from '../language-models/language-model.ts';
import { TrialFailure, type TrialResult } from './trial.ts';

/**
 * Asks the model for a word.
 * @throws TrialFailure, or what the model throws
 */
export async function tryLanguageModel(model: LanguageModel, signal: AbortSignal): Promise<TrialResult> {
  try {
    const { text, response } = await generateText({
      model,
      prompt: 'Answer with the single word: yes',
      // Models that think first need some room.
      maxOutputTokens: 200,
      maxRetries: 0,
      abortSignal: signal,
    });
    return { version: response.modelId, detail: `“${text.trim().slice(0, 40)}”` };
  } catch (error) {
    throw APICallError.isInstance(error)
      ? new TrialFailure(`${error.statusCode ?? ''} ${error.message}`.trim(), adviceOf(error))
      : error;
  }
}

function adviceOf({ statusCode }: APICallError): string {
  if (statusCode === undefined) return 'Check address and network.';
  if (statusCode === 401 || statusCode === 403) return 'Check the key and what it may be used for.';
  if (statusCode === 404) return 'Check the name of the model, or of the deployment.';
  if (statusCode === 429) return 'The account has no more room for now: raise its limit or wait.';
  return statusCode >= 500 ? 'Something is wrong on its side: try again later.' : 'Check model and options.';
}
