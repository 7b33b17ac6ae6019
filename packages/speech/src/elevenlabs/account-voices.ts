import type { Voice } from '@parley/engine/ports/synthesizer.ts';
import { z } from 'zod';
import type { EngineContext } from '../provider/provider.ts';
import { ProviderError } from '../provider/provider-failure.ts';
import { parseJson } from '../wire/parse-json.ts';
import { readAll, requestProvider } from '../wire/provider-request.ts';
import { explainRefusal } from './failures.ts';
import type { ElevenLabsAccount } from './options.ts';

/** Of the vendor's own voices those that every account has; they speak all languages of the model, with an English ear. */
export const defaultVoices: readonly Voice[] = [
  { id: 'EXAVITQu4vr4xnSDxMaL', title: 'Sarah', language: 'en-US' },
  { id: 'cgSgspJ2msm6clMCkdW9', title: 'Jessica', language: 'en-US' },
  { id: 'FGY2WhTYpPnrIDTdsKH5', title: 'Laura', language: 'en-US' },
  { id: 'XrExE9yKIg1WjnnlVkGX', title: 'Matilda', language: 'en-US' },
  { id: 'cjVigY5qzO86Huf0OWal', title: 'Eric', language: 'en-US' },
  { id: 'nPczCjzI2devNBz1zQrb', title: 'Brian', language: 'en-US' },
  { id: 'TX3LPaxmHKxFdv7VOQHJ', title: 'Liam', language: 'en-US' },
  { id: 'Xb7hH8MSUJpSbSDYk0k2', title: 'Alice', language: 'en-GB' },
  { id: 'pFZP5JQG7iQjIQuC4Bku', title: 'Lily', language: 'en-GB' },
  { id: 'JBFqnCBsd6RMkjVDRZzb', title: 'George', language: 'en-GB' },
  { id: 'onwK4e9ZLuTAKqWW03F9', title: 'Daniel', language: 'en-GB' },
  { id: 'IKne3meq5aSn9XLyUdCD', title: 'Charlie', language: 'en-AU' },
];

/** Who speaks when nobody was chosen. */
export const defaultVoice = 'EXAVITQu4vr4xnSDxMaL';

/** The voices that an account can use. */
export interface AccountVoices {
  /** Those that are known by now. */
  readonly known: readonly Voice[];
  /** Asks the vendor, unless it was asked a while ago. @throws ProviderError, or the signal's reason */
  load(signal: AbortSignal): Promise<readonly Voice[]>;
}

/** People add voices now and then, and look for them at once. */
const freshMs = 60_000;
/** The largest page that the vendor gives. */
const largestPage = 100;
/** A console cannot show more than a thousand voices. */
const maxPages = 10;

/** Nothing is asked before the first `load`. */
export function createAccountVoices(
  { apiKey, baseUrl }: ElevenLabsAccount,
  { clock, lookup }: Pick<EngineContext, 'clock' | 'lookup'>,
  pageSize: number = largestPage,
): AccountVoices {
  let known = defaultVoices;
  let askedAtMs = Number.NEGATIVE_INFINITY;

  const page = async (token: string | undefined, signal: AbortSignal) => {
    const query = new URLSearchParams({ page_size: String(pageSize), include_total_count: 'false' });
    if (token !== undefined) query.set('next_page_token', token);
    const answer = await requestProvider(
      {
        url: `${baseUrl.replace(/\/+$/, '')}/v2/voices?${query}`,
        method: 'GET',
        headers: { 'xi-api-key': apiKey },
        lookup,
        explain: explainRefusal,
      },
      signal,
    );
    const parsed = pageSchema.safeParse(parseJson((await readAll(answer)).toString('utf8')));
    if (parsed.success) return parsed.data;
    throw new ProviderError({ code: 'provider_protocol', message: 'Its list of voices has another form.' });
  };

  return {
    get known() {
      return known;
    },
    async load(signal) {
      if (clock.nowMs() - askedAtMs < freshMs) return known;
      const voices = new Map<string, Voice>();
      let token: string | undefined;
      for (let pages = 0; pages < maxPages; pages += 1) {
        const read = await page(token, signal);
        for (const voice of read.voices) voices.set(voice.voice_id, toVoice(voice));
        token = read.has_more && typeof read.next_page_token === 'string' ? read.next_page_token : undefined;
        if (token === undefined) break;
      }
      for (const voice of defaultVoices) if (!voices.has(voice.id)) voices.set(voice.id, voice);
      known = [...voices.values()];
      askedAtMs = clock.nowMs();
      return known;
    },
  };
}

const voiceSchema = z.object({
  voice_id: z.string(),
  name: z.string().nullish(),
  labels: z.record(z.string(), z.string().nullable()).nullish(),
  verified_languages: z.array(z.object({ language: z.string(), locale: z.string().nullish() })).nullish(),
});
const pageSchema = z.object({
  voices: z.array(voiceSchema),
  has_more: z.boolean(),
  next_page_token: z.string().nullish(),
});

/** Most voices speak many languages; the one told is the one that they were made from, as far as it is known. */
function toVoice({ voice_id, name, labels, verified_languages }: z.infer<typeof voiceSchema>): Voice {
  const verified = verified_languages?.[0];
  return {
    id: voice_id,
    title: name ?? voice_id,
    language: verified?.locale ?? labels?.language ?? verified?.language ?? 'en',
  };
}
