import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import type { LineFormat, Pcm } from '@parley/engine/ports/audio.ts';

/** What the SDK reads of an utterance. */
export interface AudioChunk {
  readonly buffer: ArrayBuffer;
  readonly isEnd: boolean;
  readonly timeReceived: number;
}

/** The audio of one utterance on its way to the SDK. */
export interface UtteranceAudio {
  /** @returns false when more waits than is bearable: nobody reads */
  write(frame: Pcm): boolean;
  /** Nothing more comes. */
  end(): void;
  /** The next chunk; one read at a time. */
  read(): Promise<AudioChunk>;
  /** From the first chunk again, for another connection; impossible after `settle`. What was reading gets nothing more. */
  rewind(): boolean;
  /** The service has begun to listen: what was sent need not be kept. */
  settle(): void;
}

/**
 * The SDK sends what one read gives as one message, each at the price of a dozen promises: 60 ms are three frames, and no partial
 * is later for it than the service's own 100 ms would make it.
 */
const chunkMs = 60;
/** Nobody waits longer for a connection than its time-out of some seconds; ten times that fits. */
const maxWaitingMs = 60_000;

/** @param line G.711 of either kind goes as µ-law, 8 kHz; anything else as 16-bit samples, 16 kHz */
export function createUtteranceAudio(line: LineFormat): UtteranceAudio {
  const isPhone = line !== 'wide';
  const bytesPerMs = isPhone ? 8 : 32;
  const toLine = isPhone ? createWideToLine() : undefined;
  const chunks: ArrayBuffer[] = [];
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let next = 0;
  let hasEnded = false;
  let isSettled = false;
  let reader: PromiseWithResolvers<AudioChunk> | undefined;

  const bytesOf = (samples: Pcm): Uint8Array =>
    isPhone ? encodeG711(samples, 'mulaw') : new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const gather = (bytes: Uint8Array) => {
    if (bytes.length === 0) return;
    gathered.push(bytes);
    gatheredBytes += bytes.length;
  };
  const pack = () => {
    if (gatheredBytes === 0) return;
    const chunk = new Uint8Array(gatheredBytes);
    let at = 0;
    for (const bytes of gathered) {
      chunk.set(bytes, at);
      at += bytes.length;
    }
    chunks.push(chunk.buffer);
    gathered = [];
    gatheredBytes = 0;
  };
  const take = (): AudioChunk | undefined => {
    const buffer = chunks[next];
    if (buffer === undefined) return hasEnded ? endChunk() : undefined;
    if (isSettled) chunks.shift();
    else next += 1;
    return { buffer, isEnd: false, timeReceived: Date.now() };
  };
  const tell = () => {
    if (reader === undefined) return;
    const chunk = take();
    if (chunk === undefined) return;
    reader.resolve(chunk);
    reader = undefined;
  };

  const settle = () => {
    if (isSettled) return;
    isSettled = true;
    chunks.splice(0, next);
    next = 0;
  };

  return {
    write(frame) {
      gather(bytesOf(toLine === undefined ? frame : toLine.process(frame)));
      if (gatheredBytes < chunkMs * bytesPerMs) return true;
      pack();
      tell();
      // A service that says nothing for so long is not asked a second time.
      if (next * chunkMs > maxWaitingMs) settle();
      return (chunks.length - next) * chunkMs <= maxWaitingMs;
    },
    end() {
      if (toLine !== undefined) gather(bytesOf(toLine.flush()));
      pack();
      hasEnded = true;
      tell();
    },
    read() {
      reader = Promise.withResolvers<AudioChunk>();
      const { promise } = reader;
      tell();
      return promise;
    },
    rewind() {
      reader = undefined;
      if (isSettled) return false;
      next = 0;
      return true;
    },
    settle,
  };
}

function endChunk(): AudioChunk {
  return { buffer: new ArrayBuffer(0), isEnd: true, timeReceived: Date.now() };
}
