import type { VoiceDetector, VoiceEvent } from '@parley/engine/ports/voice-detector.ts';
import { createWorkerHost, type WorkerHost, type WorkerHostEvents } from '../embedded/worker-host.ts';
import { isOnnxInstalled } from '../onnx-installed.ts';
import { SpeechError } from '../speech-error.ts';
import { createLightCompanion } from './light-companion.ts';
import { type SileroReply, type SileroRequest, windowInputSamples } from './silero-messages.ts';
import { createHysteresis, type HysteresisOptions, hysteresisDefaults } from './voice-hysteresis.ts';
import { createWindowCollector, type Window } from './window-collector.ts';

export interface SileroOptions extends HysteresisOptions {
  /** Windows gathered over all streams for this long are judged together. */
  readonly gatherMs: number;
  /** Windows of one stream that wait; beyond, the oldest is dropped. */
  readonly maxWaitingWindows: number;
  /** The thread is behind when a batch takes longer: the light detector takes over. */
  readonly behindMs: number;
  /** A batch that takes longer never ends: the thread is replaced. */
  readonly hungMs: number;
  /** Loading the model. */
  readonly startTimeoutMs: number;
}

export const sileroDefaults: SileroOptions = {
  ...hysteresisDefaults,
  // A third of a window: calls share a batch, and no onset waits for it longer than half a frame.
  gatherMs: 10,
  // Half a second of audio; an onset known later comes too late to fall silent for.
  maxWaitingWindows: 16,
  behindMs: 500,
  // A batch of a thousand streams takes a fraction of a second; ten times `behindMs` is no load any more.
  hungMs: 5000,
  // 0.1–0.3 s on an idle machine.
  startTimeoutMs: 15_000,
};

/** What the detector is connected to. */
export interface SileroParts {
  /** The thread died, hangs or is behind: calls that are live go on with the light detector. */
  readonly onError: (error: unknown, context: string) => void;
  /** For tests: starts the thread. */
  readonly startThread?: (events: WorkerHostEvents<SileroReply>) => WorkerHost<SileroRequest>;
}

export interface SileroVoiceDetector extends VoiceDetector {
  /** Streams whose state the thread keeps, as of its last answer. */
  readonly streamsHeld: number;
  /** Settles when nothing that was pushed until then waits to be judged, without gathering: for audio faster than real time. */
  judged(): Promise<void>;
}

/**
 * Tells voice from noise by the Silero model, in one thread for all streams. When the thread dies or falls behind, the
 * streams that are open go on with the light detector to their end; later ones have the model again.
 *
 * @throws SpeechError `silero_missing` when onnxruntime-node is not installed, `silero_failed` when it does not run here
 */
export async function createSileroVoiceDetector(
  { onError, startThread = startSileroThread }: SileroParts,
  options: SileroOptions = sileroDefaults,
): Promise<SileroVoiceDetector> {
  if (!isOnnxInstalled()) throw new SpeechError('silero_missing');
  const streams = new Set<Stream>();
  /** Those with windows waiting. */
  const waiting = new Set<Stream>();
  let closedStreams: number[] = [];
  let underWay:
    | { readonly batch: number; readonly judged: readonly Judged[]; readonly late: NodeJS.Timeout }
    | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let isBehind = false;
  let closed = false;
  let lastStream = 0;
  let lastBatch = 0;
  let lastTookMs = 0;
  let streamsHeld = 0;
  const awaiting: (() => void)[] = [];

  const started = Promise.withResolvers<void>();
  const host = startThread({
    message(reply) {
      if (reply.type === 'ready') started.resolve();
      else onJudged(reply);
    },
    died(reason) {
      started.reject(new SpeechError('silero_failed', reason));
      clearUnderWay();
      isBehind = false;
      giveUp(`the thread of the Silero voice detector died: ${reason}`);
      // What the thread knew of them is gone with it. The next stream starts another.
      closedStreams = [];
      streamsHeld = 0;
      clearTimeout(gathering);
      gathering = undefined;
    },
  });

  const gather = () => {
    if (gathering === undefined && underWay === undefined && !closed) gathering = setTimeout(post, options.gatherMs);
  };

  const post = () => {
    clearTimeout(gathering);
    gathering = undefined;
    if (closed || underWay !== undefined || (waiting.size === 0 && closedStreams.length === 0)) return;
    const judged: Judged[] = [];
    for (const stream of waiting) {
      const window = stream.windows.shift();
      if (stream.windows.length === 0) waiting.delete(stream);
      if (window !== undefined) judged.push({ stream, window });
    }
    const samples = new Float32Array(judged.length * windowInputSamples);
    judged.forEach(({ window }, index) => {
      samples.set(window.samples, index * windowInputSamples);
    });
    lastBatch += 1;
    const batch = lastBatch;
    const request = { batch, streams: judged.map(({ stream }) => stream.id), samples, closed: closedStreams };
    if (!host.post(request, [samples.buffer])) {
      return giveUp('the thread of the Silero voice detector dies again and again');
    }
    closedStreams = [];
    underWay = { batch, judged, late: setTimeout(() => onLate(batch), options.behindMs) };
  };

  const onJudged = ({ batch, probabilities, tookMs, ...reply }: Extract<SileroReply, { type: 'judged' }>) => {
    if (underWay?.batch !== batch) return;
    const { judged } = underWay;
    clearUnderWay();
    isBehind = false;
    lastTookMs = tookMs;
    streamsHeld = reply.streamsHeld;
    judged.forEach(({ stream, window }, index) => {
      const probability = probabilities[index];
      if (probability !== undefined && streams.has(stream)) stream.judge(probability, window);
    });
    // A stream with more than one window waits already: no reason to gather.
    for (const { windows } of waiting) if (windows.length > 1) return post();
    if (awaiting.length > 0 && waiting.size > 0) return post();
    settle();
    if (waiting.size > 0 || closedStreams.length > 0) gather();
  };

  const settle = () => {
    if (waiting.size === 0 && underWay === undefined) settleAll();
  };

  const settleAll = () => {
    for (const done of awaiting.splice(0)) done();
  };

  /** Answers that are in already but unread, because this thread was held up, are read first. */
  const onLate = (batch: number) => {
    setImmediate(() => {
      if (closed || underWay?.batch !== batch) return;
      fallBehind();
      underWay = { ...underWay, late: setTimeout(() => host.kill(), options.hungMs - options.behindMs) };
    });
  };

  const fallBehind = () => {
    isBehind = underWay !== undefined;
    giveUp(`the Silero voice detector is more than ${options.behindMs} ms behind`);
  };

  const clearUnderWay = () => {
    clearTimeout(underWay?.late);
    underWay = undefined;
  };

  const giveUp = (reason: string) => {
    const deaf = [...streams];
    waiting.clear();
    // The error is told first: what a stream's listener does must not hide it.
    if (deaf.length > 0 && !closed) onError(new SpeechError('silero_failed', reason), 'voice detection');
    for (const stream of deaf) stream.goLight();
    settle();
  };

  const enqueue = (stream: Stream, window: Window) => {
    stream.windows.push(window);
    waiting.add(stream);
    if (stream.windows.length > options.maxWaitingWindows) {
      stream.windows.shift();
      // A batch is 32 ms of each stream: slower is falling behind. Otherwise many frames came at once, as after a stall.
      if (lastTookMs > windowMs) return fallBehind();
    }
    gather();
  };

  const forget = (stream: Stream) => {
    if (!streams.delete(stream)) return;
    waiting.delete(stream);
    stream.windows.length = 0;
    closedStreams.push(stream.id);
    gather();
  };

  const timeout = setTimeout(
    () => started.reject(new SpeechError('silero_failed', 'It does not start.')),
    options.startTimeoutMs,
  );
  try {
    await started.promise;
  } catch (error) {
    closed = true;
    await host.close();
    throw error;
  } finally {
    clearTimeout(timeout);
  }

  return {
    name: 'silero',
    get streamsHeld() {
      return streamsHeld;
    },
    open(signal, onEvent) {
      const light = createLightCompanion();
      const collect = createWindowCollector();
      const hysteresis = createHysteresis(options);
      lastStream += 1;
      const tell = (event: VoiceEvent | undefined) => {
        if (event !== undefined && !signal.aborted) onEvent(event);
      };
      const stream: Stream = {
        id: lastStream,
        windows: [],
        judge: (probability, { frame, endSample }) => tell(hysteresis.judge(probability, frame, endSample)),
        goLight() {
          forget(stream);
          tell(light.takeOver(hysteresis.isVoiced));
        },
      };
      if (!closed && !isBehind && !signal.aborted) {
        streams.add(stream);
        signal.addEventListener('abort', () => forget(stream), { once: true });
      }
      return {
        push(frame) {
          if (signal.aborted) return;
          const lightEvent = light.push(frame);
          if (!streams.has(stream)) return tell(lightEvent);
          const window = collect(frame);
          if (window !== undefined) enqueue(stream, window);
        },
      };
    },
    judged: () =>
      new Promise((done) => {
        awaiting.push(done);
        post();
        settle();
      }),
    async close() {
      closed = true;
      clearTimeout(gathering);
      streams.clear();
      waiting.clear();
      // A thread that is ended while the model is at work in it takes the process along.
      const timeout = setTimeout(settleAll, 2 * options.behindMs);
      await new Promise<void>((done) => {
        awaiting.push(done);
        settle();
      });
      clearTimeout(timeout);
      clearUnderWay();
      await host.close();
    },
  };
}

const windowMs = 32;

interface Stream {
  readonly id: number;
  readonly windows: Window[];
  judge(probability: number, window: Window): void;
  goLight(): void;
}

/** A window that is with the thread. */
interface Judged {
  readonly stream: Stream;
  readonly window: Window;
}

export function startSileroThread(events: WorkerHostEvents<SileroReply>): WorkerHost<SileroRequest> {
  return createWorkerHost<SileroRequest, SileroReply>(
    new URL('./silero-worker.ts', import.meta.url),
    undefined,
    events,
  );
}
