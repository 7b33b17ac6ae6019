import { randomUUID } from 'node:crypto';
import { createPcmStream, type PcmStream } from '@parley/speech/wire/pcm-stream.ts';
import { z } from 'zod';
import type { Brain, Heard, Listener } from '../brain.ts';
import { parseJson } from '../wire/fake-request.ts';
import type { FakeSocket, SocketHandlers } from '../wire/fake-socket.ts';
import type { ApiModel, TranscriptionModel } from './api-models.ts';
import { isLanguageCode } from './api-models.ts';
import { tokensOf } from './transcriptions.ts';

const languageCode = z.string().refine(isLanguageCode, 'is no language of ISO 639-1');

const session = z.strictObject({
  type: z.literal('transcription'),
  audio: z.strictObject({
    input: z.strictObject({
      format: z
        .discriminatedUnion('type', [
          z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000) }),
          z.strictObject({ type: z.literal('audio/pcmu') }),
          z.strictObject({ type: z.literal('audio/pcma') }),
        ])
        .default({ type: 'audio/pcm', rate: 24_000 }),
      transcription: z.strictObject({
        model: z.string(),
        language: languageCode.optional(),
        languages: z.array(languageCode).optional(),
        prompt: z.string().optional(),
        keywords: z.array(z.string().regex(/^[^<>\r\n]+$/)).optional(),
      }),
      noise_reduction: z.strictObject({ type: z.enum(['near_field', 'far_field']) }).nullish(),
      // Utterances of the server's own are none of what is tried here.
      turn_detection: z.null(),
    }),
  }),
  include: z.array(z.literal('item.input_audio_transcription.logprobs')).optional(),
});
type Session = z.infer<typeof session>;

const message = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('session.update'), session: z.unknown() }),
  z.looseObject({ type: z.literal('input_audio_buffer.append'), audio: z.base64() }),
  z.looseObject({ type: z.literal('input_audio_buffer.commit') }),
  z.looseObject({ type: z.literal('input_audio_buffer.clear') }),
]);

interface Item {
  readonly id: string;
  readonly listener: Listener;
  readonly sound: PcmStream;
  samples: number;
  /** Told in deltas. */
  told: string;
}

/** A smaller buffer is not committed. */
const minSamples = 1600;

/** A session that only transcribes, whose utterances the client commits. */
export function openTranscriptionSession(
  socket: FakeSocket,
  brain: Brain,
  modelNamed: (name: string) => ApiModel | undefined,
): SocketHandlers {
  let settings: { readonly session: Session; readonly model: TranscriptionModel } | undefined;
  let item: Item | undefined;
  let previousItemId: string | null = null;
  /** One transcript after the other. */
  let work = Promise.resolve();
  const listeners = new Set<Listener>();

  const send = (event: object) => socket.sendJson({ event_id: `event_${randomUUID()}`, ...event });
  const refuse = (text: string, code: string, param: string | null = null) =>
    send({ type: 'error', error: { type: 'invalid_request_error', code, message: text, param, event_id: null } });

  const update = (given: unknown) => {
    const read = session.safeParse(given);
    if (!read.success) {
      const path = `session.${read.error.issues[0]?.path.join('.') ?? ''}`;
      return refuse(`Invalid value: ${z.prettifyError(read.error)}`, 'invalid_value', path);
    }
    const { transcription } = read.data.audio.input;
    const model = modelNamed(transcription.model);
    if (model?.kind !== 'transcription') return refuse(`Model ${transcription.model} is not there.`, 'model_not_found');
    const wrong = wrongFor(model, transcription);
    if (wrong !== undefined) return refuse(`${wrong} is not supported with this model.`, 'invalid_parameter', wrong);
    settings = { session: read.data, model };
    send({
      type: 'session.updated',
      session: { object: 'realtime.transcription_session', id: 'sess_fake', ...read.data },
    });
  };

  const begin = ({ session: { audio } }: NonNullable<typeof settings>): Item => {
    const { format, transcription } = audio.input;
    const listener = brain.listen(transcription.language ?? transcription.languages?.[0] ?? 'en');
    listeners.add(listener);
    const sound = createPcmStream(
      format.type === 'audio/pcm'
        ? { encoding: 'pcm16', sampleRateHz: format.rate }
        : { encoding: format.type === 'audio/pcmu' ? 'mulaw' : 'alaw' },
    );
    return { id: `item_${randomUUID()}`, listener, sound, samples: 0, told: '' };
  };

  const hear = (into: Item, samples: Int16Array) => {
    into.samples += samples.length;
    into.listener.write(samples);
  };

  const append = (bytes: Uint8Array) => {
    if (settings === undefined) return refuse('The session is not set up.', 'invalid_request');
    item ??= begin(settings);
    hear(item, item.sound.write(bytes));
    const { partial } = item.listener;
    if (!settings.model.isLive || partial.length <= item.told.length || !partial.startsWith(item.told)) return;
    const delta = partial.slice(item.told.length);
    item.told = partial;
    send({ type: `${transcriptionEvent}.delta`, item_id: item.id, content_index: 0, delta, logprobs: null });
  };

  const commit = () => {
    const committed = item;
    if (committed !== undefined) hear(committed, committed.sound.end());
    if (committed === undefined || settings === undefined || committed.samples < minSamples) {
      const ms = ((committed?.samples ?? 0) / 16).toFixed(2);
      const text = `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${ms}ms of audio.`;
      return refuse(text, 'input_audio_buffer_commit_empty');
    }
    item = undefined;
    send({ type: 'input_audio_buffer.committed', previous_item_id: previousItemId, item_id: committed.id });
    previousItemId = committed.id;
    const withLogprobs = settings.session.include !== undefined && settings.model.logprobs;
    const heard = committed.listener.end();
    work = work.then(async () => finish(committed, await heard, withLogprobs)).catch(() => failed(committed));
  };

  const finish = (committed: Item, heard: Heard, withLogprobs: boolean) => {
    drop(committed);
    const tokens = tokensOf(heard);
    if (committed.told === '') {
      for (const { delta, logprobs } of tokens) {
        const event = { type: `${transcriptionEvent}.delta`, item_id: committed.id, content_index: 0, delta };
        send({ ...event, logprobs: withLogprobs ? logprobs : null });
      }
    }
    send({
      type: `${transcriptionEvent}.completed`,
      item_id: committed.id,
      content_index: 0,
      transcript: heard.text,
      logprobs: withLogprobs ? tokens.flatMap(({ logprobs }) => logprobs) : null,
      usage: { type: 'duration', seconds: Math.ceil(committed.samples / 16_000) },
    });
  };
  const failed = (committed: Item) => {
    drop(committed);
    const error = {
      type: 'server_error',
      code: null,
      message: `Input transcription failed for item '${committed.id}'.`,
    };
    send({ type: `${transcriptionEvent}.failed`, item_id: committed.id, content_index: 0, error });
  };
  const drop = ({ listener }: Item) => {
    listeners.delete(listener);
    listener.close();
  };

  send({
    type: 'session.created',
    session: { object: 'realtime.transcription_session', id: 'sess_fake', type: 'transcription' },
  });
  return {
    onText(text) {
      const read = message.safeParse(parseJson(text));
      if (!read.success) return refuse('Unknown event.', 'invalid_event');
      const { data } = read;
      if (data.type === 'session.update') update(data.session);
      else if (data.type === 'input_audio_buffer.append') append(Buffer.from(data.audio, 'base64'));
      else if (data.type === 'input_audio_buffer.commit') commit();
      else {
        if (item !== undefined) drop(item);
        item = undefined;
        send({ type: 'input_audio_buffer.cleared' });
      }
    },
    onBinary: () => refuse('Events are text.', 'invalid_event'),
    onClosed() {
      for (const listener of listeners) listener.close();
    },
    journalText(text) {
      const { data } = message.safeParse(parseJson(text));
      return data?.type === 'input_audio_buffer.append'
        ? { type: 'audio', bytes: Buffer.from(data.audio, 'base64').length }
        : { type: 'message', body: parseJson(text) ?? text };
    },
  };
}

const transcriptionEvent = 'conversation.item.input_audio_transcription';

/** The field that a model does not take, if there is one. */
function wrongFor(
  { takesKeywords, takesPrompt }: TranscriptionModel,
  { keywords, languages, language, prompt }: Session['audio']['input']['transcription'],
): string | undefined {
  if (keywords !== undefined && !takesKeywords) return 'keywords';
  if (languages !== undefined && !takesKeywords) return 'languages';
  // [livekit/agents, pull request 6613] The newer ones take the list alone.
  if (language !== undefined && takesKeywords) return 'language';
  return prompt !== undefined && !takesPrompt ? 'prompt' : undefined;
}
