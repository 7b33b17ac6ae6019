import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type sherpaOnnx from 'sherpa-onnx-node';
import type { OnlineStream } from 'sherpa-onnx-node';
import type { SherpaModel } from './sherpa-folder.ts';
import type { SherpaReply, SherpaStart } from './sherpa-messages.ts';
import type { SherpaEars } from './sherpa-process.ts';
import { readResult } from './sherpa-result.ts';

/** Beyond a chunk: what the windows of the features and the right context of the encoder reach ahead. */
const tailMarginMs = 200;

interface Hearing {
  readonly stream: OnlineStream;
  samples: number;
  partial: string;
  isEnding: boolean;
}

/** Hears while people speak: all utterances that have a chunk to decode take one step together. */
export function openStreaming(
  sherpa: typeof sherpaOnnx,
  model: Extract<SherpaModel, { kind: 'streaming' }>,
  start: SherpaStart,
  reply: (message: SherpaReply) => void,
): SherpaEars {
  const favours = start.hotwords && model.hotwordsFile !== undefined;
  const recognizer = new sherpa.OnlineRecognizer({
    featConfig: { sampleRate: SAMPLE_RATE_HZ, featureDim: 80 },
    modelConfig: { ...model.modelConfig, numThreads: start.threads, provider: 'cpu', debug: 0 },
    // Phrases are favoured among several paths only, which costs about twice the time.
    ...(favours
      ? {
          decodingMethod: 'modified_beam_search',
          maxActivePaths: 4,
          hotwordsFile: model.hotwordsFile,
          hotwordsScore: start.hotwordsScore,
        }
      : { decodingMethod: 'greedy_search' }),
    enableEndpoint: 0,
  });
  const hearings = new Map<number, Hearing>();
  const tail = new Float32Array(((model.chunkMs + tailMarginMs) * SAMPLE_RATE_HZ) / 1000);
  let isStepping = false;

  const resultOf = ({ stream, samples }: Hearing) =>
    readResult(recognizer.getResult(stream), model.tokens, (samples / SAMPLE_RATE_HZ) * 1000);

  const step = () => {
    isStepping = false;
    const ready = [...hearings.values()].filter(({ stream }) => recognizer.isReady(stream));
    if (ready.length > 0) recognizer.decodeStreams(ready.map(({ stream }) => stream));
    for (const hearing of ready) tellPartial(hearing);
    for (const [utterance, hearing] of hearings) {
      if (!hearing.isEnding || recognizer.isReady(hearing.stream)) continue;
      hearings.delete(utterance);
      reply({ type: 'final', utterance, ...resultOf(hearing) });
    }
    // Messages are taken between two steps.
    if (ready.length > 0) stepSoon();
  };
  const stepSoon = () => {
    if (isStepping) return;
    isStepping = true;
    setImmediate(step);
  };
  const tellPartial = (hearing: Hearing) => {
    if (hearing.isEnding) return;
    const { text } = resultOf(hearing);
    if (text === hearing.partial) return;
    hearing.partial = text;
    for (const [utterance, each] of hearings) if (each === hearing) reply({ type: 'partial', utterance, text });
  };

  return {
    take(request) {
      const hearing = hearings.get(request.utterance);
      if (request.type === 'begin') {
        const stream = recognizer.createStream();
        hearings.set(request.utterance, { stream, samples: 0, partial: '', isEnding: false });
      } else if (request.type === 'audio') {
        reply({ type: 'taken', samples: request.samples.length });
        if (hearing === undefined || hearing.isEnding) return;
        hearing.samples += request.samples.length;
        hearing.stream.acceptWaveform({ samples: toFloats(request.samples), sampleRate: SAMPLE_RATE_HZ });
      } else if (request.type === 'end' && hearing !== undefined) {
        hearing.stream.acceptWaveform({ samples: tail, sampleRate: SAMPLE_RATE_HZ });
        hearing.stream.inputFinished();
        hearing.isEnding = true;
      } else if (request.type === 'cancel') {
        hearings.delete(request.utterance);
      }
      stepSoon();
    },
  };
}

/** As the library wants samples: between −1 and 1. */
export function toFloats(samples: Int16Array): Float32Array {
  const floats = new Float32Array(samples.length);
  for (let at = 0; at < samples.length; at += 1) floats[at] = (samples[at] ?? 0) / 32_768;
  return floats;
}
