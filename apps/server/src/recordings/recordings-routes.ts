import { Readable } from 'node:stream';
import {
  deleteRecording,
  getRecording,
  getRecordingAudio,
  listRecordings,
  pauseRecording,
  resumeRecording,
} from '@parley/contract/api/recordings-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { RequestContext } from '../api/request-context.ts';
import { BlobStoreError } from './blob-store.ts';
import { parseByteRange } from './byte-range.ts';
import type { RecordingSound } from './recording-sound.ts';
import type { Recordings } from './recordings.ts';
import type { RecordingsRepository } from './recordings-repository.ts';
import { createWavView, type WavView } from './wav-view.ts';

export interface RecordingRoutes {
  readonly recordings: Recordings;
  readonly repository: RecordingsRepository;
  readonly onError: (error: unknown, what: string) => void;
}

export function recordingRoutes({ recordings, repository, onError }: RecordingRoutes): HandledRoute[] {
  const setPaused = async (context: RequestContext, conversationId: string, paused: boolean) => {
    const state = await recordings.setPaused(context, conversationId, paused);
    if (state === undefined) throw new WireError('recording_not_live');
    return { recording_id: state.recordingId, is_paused: state.isPaused };
  };
  return [
    handle(listRecordings, async ({ query: { conversation_id: conversationId, cursor, limit } }, { organizationId }) =>
      repository.list(organizationId, { cursor, limit, conversationId }),
    ),
    handle(getRecording, async ({ params }, { organizationId }) =>
      repository.view(organizationId, params.recording_id),
    ),
    handle(getRecordingAudio, async ({ params, query }, context) => {
      const { recording_id: recordingId } = params;
      const opened = await storeErrorsTold(() =>
        recordings.listen(context, recordingId, query.channel, context.signal),
      );
      const view = createWavView(opened.sound.samples, query.channel);
      await send(context, recordingId, view, opened, onError);
      return undefined;
    }),
    handle(deleteRecording, async ({ params }, context) => {
      await recordings.delete(context, params.recording_id);
      return undefined;
    }),
    handle(pauseRecording, async ({ params }, context) => setPaused(context, params.conversation_id, true)),
    handle(resumeRecording, async ({ params }, context) => setPaused(context, params.conversation_id, false)),
  ];
}

/** The longest that one download may take; an hour of a call is 230 MB. */
const downloadTimeoutMs = 30 * 60_000;

async function send(
  { http: { request, reply } }: RequestContext,
  recordingId: string,
  view: WavView,
  { sound, key }: { readonly sound: RecordingSound; readonly key: Buffer },
  onError: (error: unknown, what: string) => void,
): Promise<void> {
  // It grows while it is being made; then its parts are of another file.
  const etag = `"${recordingId}-${view.bytes}"`;
  const { 'if-range': ifRange, range: asked } = request.headers;
  const range = parseByteRange(ifRange === undefined || ifRange === etag ? asked : undefined, view.bytes);
  void reply.headers({
    'content-type': 'audio/wav',
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-store',
    etag,
  });
  if (range.kind === 'unsatisfiable') {
    void reply.header('content-range', `bytes */${view.bytes}`).removeHeader('etag');
    throw new WireError('range_not_satisfiable');
  }
  const { start, end } = range.kind === 'part' ? range : { start: 0, end: view.bytes };
  if (range.kind === 'part') void reply.status(206).header('content-range', `bytes ${start}-${end - 1}/${view.bytes}`);
  else void reply.status(200);
  void reply.header('content-length', end - start);
  if (request.method === 'HEAD') {
    // As a stream, so that the length above is kept: it is that of the file.
    await reply.send(Readable.from([]));
    return;
  }

  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort(new Error('The client went away.')));
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(downloadTimeoutMs)]);
  const bytes = bytesOf(view, sound, key, start, end, signal);
  // What cannot be fetched or opened is known before the status has been sent.
  const first: Buffer[] = [];
  await storeErrorsTold(async () => {
    while (first.length < 2) {
      const next = await bytes.next();
      if (next.done === true) return;
      first.push(next.value);
    }
  });
  await reply.send(
    Readable.from(
      (async function* () {
        try {
          yield* first;
          yield* bytes;
        } catch (error) {
          if (!gone.signal.aborted) onError(error, 'sending a recording');
          throw error;
        }
      })(),
    ),
  );
}

async function* bytesOf(
  view: WavView,
  sound: RecordingSound,
  key: Buffer,
  start: number,
  end: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  if (start < view.header.length) yield view.header.subarray(start, Math.min(end, view.header.length));
  const samples = view.samplesOf(start, end);
  if (samples === undefined) return;
  let at = view.byteOf(samples.from);
  for await (const both of sound.read(key, samples.from, samples.to, signal)) {
    const bytes = view.render(both);
    // The first and the last sample may be asked for in half.
    yield bytes.subarray(Math.max(0, start - at), Math.min(bytes.length, end - at));
    at += bytes.length;
  }
}

async function storeErrorsTold<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BlobStoreError)) throw error;
    throw new WireError(error.code === 'blob_missing' ? 'recording_not_found' : 'recording_unavailable');
  }
}
