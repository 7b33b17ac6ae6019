import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { createLineTransport, type LineTransport } from '../line-transport.ts';
import { MediaError } from '../media-session.ts';
import type { Agreed } from '../sdp/negotiation.ts';
import { openSocketPair, type SocketPair } from '../socket-pair.ts';
import type { LineQueue } from './line-queue.ts';
import type { PressOutcome, SoundCommand, SoundReport } from './messages.ts';
import type { SoundMemory } from './sound-memory.ts';

/** One call's line in the sound's thread: between its sockets and the memory that both threads share. */
export interface ThreadedLine {
  configure(agreed: Agreed): void;
  hear(isHeard: boolean): void;
  press(command: SoundCommand & { readonly type: 'press' }): void;
  stopPressing(pressId: number): void;
  /** The ports are free when it resolves. */
  close(): Promise<void>;
}

export interface ThreadedLineOptions {
  readonly clock: Clock;
  readonly heardQueue: LineQueue;
  readonly memory: SoundMemory;
  /** In the memory. */
  readonly place: number;
  readonly report: (report: SoundReport) => void;
}

/** Figures are renewed each so many beats (100 ms): they are a moment old whenever they are read. */
const figuresEveryBeats = 5;
/**
 * Frames in store that a writer ahead of its time, or one that is uneven, leaves behind; what is more was left by a stall of this thread,
 * and would delay all that is said until it pauses.
 */
const mostInStore = 8;
/** So many beats in a row (half a second) there was too much in store. */
const surplusBeats = 25;
/** Then frames are left out in which nothing is heard (dBFS). */
const quietDbfs = -45;

const silence: Pcm = new Int16Array(FRAME_SAMPLES);

/** Undefined when another program has one of the ports. @throws MediaError `no_port` */
export async function openThreadedLine(
  { id, slot, port, options }: SoundCommand & { readonly type: 'open' },
  { clock, heardQueue, memory, place, report }: ThreadedLineOptions,
): Promise<ThreadedLine | undefined> {
  const { heard, spoken, figures } = memory;
  const presses = new Map<number, AbortController>();
  let isHeard = false;
  let stopFrames: (() => void) | undefined;
  let beats = 0;
  let surplus = 0;

  const onError = (error: unknown) => report({ type: 'error', id, error });
  const opened = await openSocketPair(port, {
    ...options,
    onRtp: (bytes, from) => transport.receiveRtp(bytes, from),
    onRtcp: (bytes, from) => transport.receiveRtcp(bytes, from),
    onError,
  });
  if (opened === undefined) return undefined;
  const sockets: SocketPair = opened;
  const transport: LineTransport = createLineTransport({
    ...options,
    nowMs: clock.nowMs,
    epochMs: clock.epochMs,
    sendRtp: (packet, to) => sockets.rtp.send(packet, to.port, to.address),
    sendRtcp: (packet, to) => sockets.rtcp.send(packet, to.port, to.address),
    onDigit: (digit) => report({ type: 'digit', id, digit }),
    onPlayoutDelay: (playoutDelayMs) => report({ type: 'playout_delay', id, playoutDelayMs }),
    onSilent: (forMs) => report({ type: 'silent', id, forMs }),
  });

  const handOver = (nowMs: number) => {
    const frame = transport.nextFrame(nowMs) ?? silence;
    // Nobody took any for a third of a second: what is said meanwhile is lost, as it was with one thread.
    if (!heardQueue.isFull && heard.put(place, frame)) heardQueue.put(slot);
  };

  /** One frame of those that wait, or what fills the time between. */
  const speak = (nowMs: number) => {
    const frame = spoken.peek(place);
    // In running speech the first beat without a frame is left empty: the next one has one in store then, and an uneven writer room.
    if (frame === undefined || !transport.write(frame, nowMs)) transport.fill(nowMs);
    if (frame === undefined) return;
    spoken.advance(place);
    surplus = spoken.depth(place) > mostInStore ? surplus + 1 : 0;
    if (surplus < surplusBeats) return;
    const next = spoken.peek(place);
    if (next !== undefined && rmsDbfs(next) < quietDbfs) spoken.advance(place);
  };

  const onBeat = () => {
    const nowMs = clock.nowMs();
    if (isHeard) handOver(nowMs);
    else transport.skip();
    speak(nowMs);
    transport.watch(nowMs);
    beats += 1;
    if (beats % figuresEveryBeats === 0) figures.write(place, transport.figures);
  };

  return {
    configure(agreed) {
      transport.configure(agreed);
      stopFrames ??= clock.everyFrame(() => {
        try {
          onBeat();
        } catch (error) {
          // The frame timer would give no more frames to one that throws.
          onError(error);
        }
      });
    },
    hear(next) {
      isHeard = next;
    },
    press({ pressId, digits }) {
      const control = new AbortController();
      presses.set(pressId, control);
      const settle = (outcome: PressOutcome) => {
        presses.delete(pressId);
        report({ type: 'pressed', id, pressId, outcome });
      };
      transport.press(digits, control.signal).then(
        () => settle({ type: 'done' }),
        (error: unknown) => {
          if (control.signal.aborted) settle({ type: 'stopped' });
          else if (error instanceof MediaError) settle({ type: 'failed', code: error.code, reason: error.message });
          else settle({ type: 'failed', code: 'ended', reason: String(error) });
        },
      );
    },
    stopPressing: (pressId) => presses.get(pressId)?.abort(),
    async close() {
      stopFrames?.();
      transport.close(clock.nowMs());
      figures.write(place, transport.figures);
      await sockets.close();
    },
  };
}
