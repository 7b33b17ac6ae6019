import type { EngineContext } from '../provider/provider.ts';
import { ProviderError } from '../provider/provider-failure.ts';
import { createPcmStream } from '../wire/pcm-stream.ts';
import { providerRequestDefaults, requestProvider } from '../wire/provider-request.ts';
import type { AuraFormat } from './aura-format.ts';
import type { AuraOutlet } from './aura-sentence.ts';
import { type DeepgramAccount, deepgramTarget } from './deepgram-account.ts';

/** One sentence by one request. */
export async function speakByRest(
  account: DeepgramAccount,
  format: AuraFormat,
  text: string,
  { firstAudioTimeoutMs, stallTimeoutMs }: { readonly firstAudioTimeoutMs: number; readonly stallTimeoutMs: number },
  { clock, lookup }: Pick<EngineContext, 'clock' | 'lookup'>,
  signal: AbortSignal,
  outlet: AuraOutlet,
): Promise<void> {
  const { url, headers } = deepgramTarget(account, '/v1/speak', [...format.query, ['container', 'none']]);
  try {
    const body = JSON.stringify({ text });
    const { chunks } = await requestProvider(
      { url, method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body, clock, lookup },
      signal,
      { ...providerRequestDefaults, headTimeoutMs: firstAudioTimeoutMs, stallTimeoutMs },
    );
    const pcm = createPcmStream(format.sound);
    for await (const chunk of chunks) outlet.audio(pcm.write(chunk));
    outlet.audio(pcm.end());
    outlet.done();
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof ProviderError) outlet.failed(error.failure);
    else outlet.failed({ code: 'provider_failed', message: String(error) });
  }
}
