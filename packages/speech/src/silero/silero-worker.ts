import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type SileroReply, type SileroRequest, windowInputSamples } from './silero-messages.ts';

/** The model's memory of a stream: two layers of 128 numbers. */
const layers = 2;
const layerSize = 128;

const port = parentPort;
if (port === null) throw new Error('silero-worker runs in a worker thread.');

const session = await InferenceSession.create(fileURLToPath(new URL('./model/silero_vad_v6.onnx', import.meta.url)), {
  // The model is small: more threads would wait for one another longer than they compute, and take cores from calls.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  // Errors only; its remarks about the graph say nothing to who runs it.
  logSeverityLevel: 3,
});
const sampleRate = new Tensor('int64', BigInt64Array.of(16_000n), []);
const states = new Map<number, Float32Array>();

port.on('message', (request: SileroRequest) => {
  // A batch that fails ends the thread: whoever asked then knows that no answer comes.
  void judge(request).then(
    (reply) => port.postMessage(reply, [reply.probabilities.buffer]),
    (error: unknown) => {
      setImmediate(() => {
        throw error;
      });
    },
  );
});
port.postMessage({ type: 'ready' } satisfies SileroReply);

async function judge({ batch, streams, samples, closed }: SileroRequest): Promise<Judged> {
  const startedMs = performance.now();
  for (const stream of closed) states.delete(stream);
  const probabilities = streams.length === 0 ? new Float32Array() : await run(streams, samples);
  return {
    type: 'judged',
    batch,
    probabilities,
    streamsHeld: states.size,
    tookMs: performance.now() - startedMs,
  };
}

type Judged = Extract<SileroReply, { type: 'judged' }>;

async function run(streams: readonly number[], samples: Float32Array): Promise<Float32Array<ArrayBuffer>> {
  const count = streams.length;
  const before = new Float32Array(layers * count * layerSize);
  streams.forEach((stream, index) => {
    const state = states.get(stream);
    if (state === undefined) return;
    for (let layer = 0; layer < layers; layer += 1) {
      before.set(state.subarray(layer * layerSize, (layer + 1) * layerSize), (layer * count + index) * layerSize);
    }
  });
  const results = await session.run({
    input: new Tensor('float32', samples, [count, windowInputSamples]),
    state: new Tensor('float32', before, [layers, count, layerSize]),
    sr: sampleRate,
  });
  const after = floats(results, 'stateN');
  streams.forEach((stream, index) => {
    const state = states.get(stream) ?? new Float32Array(layers * layerSize);
    for (let layer = 0; layer < layers; layer += 1) {
      const at = (layer * count + index) * layerSize;
      state.set(after.subarray(at, at + layerSize), layer * layerSize);
    }
    states.set(stream, state);
  });
  return Float32Array.from(floats(results, 'output'));
}

function floats(results: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data = results[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`The model gave no "${name}".`);
  return data;
}
