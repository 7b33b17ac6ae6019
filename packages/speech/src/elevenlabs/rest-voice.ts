import type { SynthesisRequest, SynthesisSink } from '@parley/engine/ports/synthesizer.ts';
import { z } from 'zod';
import type { EngineContext } from '../provider/provider.ts';
import { ProviderError, shortened } from '../provider/provider-failure.ts';
import { jsonLines } from '../wire/json-lines.ts';
import { providerRequestDefaults, requestProvider } from '../wire/provider-request.ts';
import { explainRefusal } from './failures.ts';
import type { ElevenLabsAccount, ElevenLabsOptions } from './options.ts';
import { createSegment, type Segment } from './segment.ts';
import type { SpeechOrder } from './speech-order.ts';
import type { Stitches } from './stitches.ts';
import type { CharacterTimes } from './timed-words.ts';

/** Speaks a sentence by one request, whose melody goes on from the sentences before. */
export function speakOverRest(
  order: SpeechOrder,
  request: SynthesisRequest,
  sink: SynthesisSink,
  parts: {
    readonly account: ElevenLabsAccount;
    readonly options: ElevenLabsOptions;
    readonly context: Pick<EngineContext, 'clock' | 'lookup'>;
    readonly stitches: Stitches;
  },
): Segment {
  const scope = new AbortController();
  const segment = createSegment(
    request,
    sink,
    order.pieces,
    order.encoding,
    parts.context.clock,
    parts.options,
    (how) => {
      if (how !== 'finished') scope.abort();
    },
  );
  read(order, request, segment, scope.signal, parts).catch((error: unknown) => {
    segment.fail(
      error instanceof ProviderError
        ? error.failure
        : { code: 'provider_failed', message: shortened(error instanceof Error ? error.message : String(error)) },
    );
  });
  return segment;
}

async function read(
  order: SpeechOrder,
  { passage }: SynthesisRequest,
  segment: Segment,
  signal: AbortSignal,
  { account, options, stitches, context }: Parameters<typeof speakOverRest>[3],
): Promise<void> {
  const { voice, text, language, settings, outputFormat, traits } = order;
  const base = account.baseUrl.replace(/\/+$/, '');
  const answer = await requestProvider(
    {
      url: `${base}/v1/text-to-speech/${voice}/stream/with-timestamps?output_format=${outputFormat}${options.logging ? '' : '&enable_logging=false'}`,
      method: 'POST',
      headers: { 'xi-api-key': account.apiKey, 'content-type': 'application/json' },
      body: JSON.stringify({
        text: text.trimEnd(),
        model_id: options.model,
        ...(language !== undefined && { language_code: language }),
        ...(settings !== undefined && { voice_settings: settings }),
        ...(traits.stitches && stitches.before(passage)),
      }),
      lookup: context.lookup,
      explain: explainRefusal,
    },
    signal,
    {
      ...providerRequestDefaults,
      headTimeoutMs: options.firstAudioTimeoutMs,
      stallTimeoutMs: options.stallTimeoutMs,
    },
  );
  for await (const line of jsonLines(answer)) {
    const parsed = chunkSchema.safeParse(line);
    if (!parsed.success)
      throw new ProviderError({ code: 'provider_protocol', message: 'A line came that is none of theirs.' });
    const { audio_base64: audio, alignment } = parsed.data;
    const bytes = typeof audio === 'string' && audio !== '' ? Buffer.from(audio, 'base64') : undefined;
    segment.speech(bytes, alignment === null || alignment === undefined ? undefined : timesOf(alignment));
    if (segment.isOver) return;
  }
  // Before it is finished: the next sentence may be asked for from within.
  if (traits.stitches && options.logging) stitches.spoken(passage, answer.headers.get('request-id') ?? undefined);
  segment.finish();
}

const alignmentSchema = z.object({
  characters: z.array(z.string()),
  character_start_times_seconds: z.array(z.number()),
  character_end_times_seconds: z.array(z.number()),
});
const chunkSchema = z.object({ audio_base64: z.string().nullish(), alignment: alignmentSchema.nullish() });

function timesOf(alignment: z.infer<typeof alignmentSchema>): CharacterTimes | undefined {
  const { characters, character_start_times_seconds: starts, character_end_times_seconds: ends } = alignment;
  if (starts.length !== characters.length || ends.length !== characters.length) return undefined;
  return { characters, startsMs: starts.map(toMs), endsMs: ends.map(toMs) };
}

function toMs(seconds: number): number {
  return Math.round(seconds * 1000);
}
