import { type Metadata, type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { Heard, Listener } from '../brain.ts';
import { noDecoder, type Refusal, refusalOf, resultOf } from './riva-answers.ts';
import { type AudioDecoder, createAudioDecoder } from './riva-audio.ts';
import { accept, garbage, type House } from './riva-call.ts';
import type { ServiceConfig, ServiceResult } from './riva-service.ts';

/** Silence after which the service ends a piece of its transcript by itself, unless it is told another. */
const stopHistoryMs = 800;
/** Above the noise of a quiet line. */
const loud = 500;

interface Hearing {
  readonly config: ServiceConfig;
  readonly isInterim: boolean;
  readonly stopSamples: number;
  readonly decoder: AudioDecoder;
  readonly listener: Listener;
}

/** Audio message by message: tentative results as they change, a final one at each longer silence and at the end. */
export function serveStream(house: House, call: ServerDuplexStream<Buffer, Buffer>): void {
  const { streaming } = house.service;
  const refuse = ({ code, details }: Refusal, metadata?: Metadata) =>
    call.emit('error', { code, details, ...(metadata !== undefined && { metadata }) });
  const accepted = accept(
    house,
    call,
    streaming.path,
    undefined,
    {
      send: (data, sent) => call.write(Buffer.from(data), () => sent()),
      end: () => call.end(),
      garble: () => call.write(garbage),
    },
    refuse,
  );
  call.on('error', () => {});
  if (accepted === undefined) return void call.resume();
  const { out, socket } = accepted;
  let hearing: Hearing | undefined;
  let samplesHeard = 0;
  let pieceStart = 0;
  let quietSamples = 0;
  let partial = '';
  /** Pieces are answered in order. */
  let pieces = Promise.resolve();

  const over = () => {
    hearing?.listener.close();
    accepted.over();
  };
  const refuseLate = (refusal: Refusal) =>
    out.inTurn(() => {
      over();
      refuse(refusal);
    });
  const send = (result: ServiceResult, isFinal: boolean) =>
    out.send(streaming.write({ results: [{ ...result, is_final: isFinal, stability: isFinal ? 0 : 0.1 }] }));
  const endPiece = ({ listener, config }: Hearing) => {
    const startMs = pieceStart / 16;
    pieceStart = samplesHeard;
    quietSamples = 0;
    partial = '';
    const heard = listener.end();
    pieces = pieces.then(async () => {
      for (const result of resultOf(moved(await heard, startMs), config, samplesHeard / 16_000)) send(result, true);
    });
    pieces.catch((error: unknown) => refuseLate({ code: status.INTERNAL, details: String(error) }));
  };
  const hear = (samples: Int16Array) => {
    if (hearing === undefined || samples.length === 0) return;
    const { listener, isInterim, stopSamples } = hearing;
    samplesHeard += samples.length;
    listener.write(samples);
    quietSamples = samples.some((sample) => Math.abs(sample) >= loud) ? 0 : quietSamples + samples.length;
    if (listener.partial !== '' && quietSamples >= stopSamples) return endPiece(hearing);
    if (!isInterim || listener.partial === partial || listener.partial === '') return;
    partial = listener.partial;
    // Tentative results have neither words nor a confidence.
    const alternatives = [{ transcript: partial, confidence: 0, words: [] }];
    send({ alternatives, audio_processed: samplesHeard / 16_000 }, false);
  };

  call.on('data', (bytes: Buffer) => {
    const { raw, understood } = streaming.read(bytes);
    if (understood.audio_content !== undefined) {
      house.journal.add({ type: 'audio', socket, bytes: understood.audio_content.length });
      if (hearing === undefined) return refuseLate(refusalOf(undefined, 'online') ?? noDecoder);
      return hear(hearing.decoder.decode(understood.audio_content));
    }
    house.journal.add({ type: 'message', socket, body: raw });
    const config = understood.streaming_config?.config;
    const refusal = refusalOf(config, 'online');
    const decoder = config === null || config === undefined ? undefined : createAudioDecoder(config);
    if (refusal !== undefined || config === null || config === undefined || decoder === undefined) {
      return refuseLate(refusal ?? noDecoder);
    }
    hearing = {
      config,
      isInterim: understood.streaming_config?.interim_results ?? false,
      stopSamples: 16 * (config.endpointing_config?.stop_history ?? stopHistoryMs),
      decoder,
      listener: house.brain.listen(config.language_code),
    };
  });
  call.on('end', () => {
    if (hearing === undefined) return over();
    hear(hearing.decoder.flush());
    endPiece(hearing);
    pieces.then(
      () => out.end(),
      () => {},
    );
  });
  call.on('finish', over);
  call.on('cancelled', over);
}

/** Word times of a piece as of the whole stream. */
function moved(heard: Heard, byMs: number): Heard {
  return {
    ...heard,
    words: heard.words.map((word) => ({ ...word, startMs: word.startMs + byMs, endMs: word.endMs + byMs })),
  };
}
