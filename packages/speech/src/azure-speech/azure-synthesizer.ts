import type { SynthesisRequest, SynthesisSink, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { EngineContext } from '../provider/provider.ts';
import type { AzureAccount } from './azure-account.ts';
import { speakSentence } from './azure-sentence.ts';
import { azureVoices } from './azure-voices.ts';
import { loadSdk, sdkIfLoaded } from './sdk.ts';
import { createSpeakingPool } from './speaking-pool.ts';

export interface AzureSynthesizerOptions {
  /** From the request to the first sound, the connection included. */
  readonly firstSoundTimeoutMs: number;
  /** The longest silence in the middle of a sentence. */
  readonly stallTimeoutMs: number;
  /** Sentences spoken at once; beyond, they fail at once and another voice speaks. */
  readonly maxSentences: number;
  /** Connections kept for the next sentence, of each form of sound. */
  readonly maxIdle: number;
  /** How long. */
  readonly idleMs: number;
}

export const azureSynthesizerDefaults: AzureSynthesizerOptions = {
  // Sound begins after 100–400 ms, plus as much again to connect.
  firstSoundTimeoutMs: 4000,
  // It comes faster than it is heard.
  stallTimeoutMs: 3000,
  // What the service takes of an account at once by default.
  maxSentences: 200,
  // A caller waits up to 300 ms for a connection; one that nobody uses costs a few kilobytes and a ping each ten seconds.
  maxIdle: 8,
  // The agent speaks again within a minute, or the call is over.
  idleMs: 60_000,
};

/** Azure Speech through the vendor's SDK, over connections that are kept from sentence to sentence. */
export function createAzureSynthesizer(
  account: AzureAccount,
  given: Partial<AzureSynthesizerOptions>,
  context: EngineContext,
): Synthesizer {
  const options = { ...azureSynthesizerDefaults, ...given };
  const { clock, onError } = context;
  const closing = new AbortController();
  const pool = createSpeakingPool(account, options, context);
  let speaking = 0;
  // Not in the middle of somebody's call: it takes the process 115 ms.
  loadSdk().catch((error: unknown) => onError(error, 'loading the Azure Speech SDK'));

  const start = (request: SynthesisRequest, sink: SynthesisSink) => {
    const sdk = sdkIfLoaded();
    if (request.signal.aborted) return;
    if (sdk === undefined) return sink.failed('provider_failed', 'The SDK cannot be loaded.');
    if (closing.signal.aborted) return sink.failed('provider_failed', 'The synthesizer is closed.');
    if (speaking >= options.maxSentences) {
      return sink.failed('provider_rate_limited', `${options.maxSentences} sentences are being spoken.`);
    }
    speaking += 1;
    speakSentence(request, sink, { pool, sdk, clock, options, closing: closing.signal }, () => {
      speaking -= 1;
    });
  };

  return {
    name: 'azure-speech',
    voices: azureVoices,
    synthesize(request, sink) {
      // Nothing is told from inside the call.
      loadSdk().then(
        () => start(request, sink),
        () => start(request, sink),
      );
    },
    async close() {
      closing.abort();
      pool.close();
    },
  };
}
