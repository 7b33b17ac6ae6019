import { createSampleScratch } from '@parley/engine/audio/sample-scratch.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { createLineTransport, type LineTransport } from '../line-transport.ts';
import { MediaError } from '../media-session.ts';
import type { Agreed } from '../sdp/negotiation.ts';
import { openSocketPair, type SocketPair } from '../socket-pair.ts';
import type { LineQueue } from './line-queue.ts';
import type { PressOutcome, SoundCommand, SoundReport } from './messages.ts';
import { linesPerMemory, type SoundMemory } from './sound-memory.ts';
import { createSpeechPace, type SpeechPace } from './speech-pace.ts';

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
  /** In which its slot is. */
  readonly memory: SoundMemory;
  readonly report: (report: SoundReport) => void;
}

/** Figures are renewed each so many beats (200 ms), in the first second at each: calls that end at once are told of as they were. */
const figuresEveryBeats = 10;
const firstBeats = 50;
/** Each frame is in the ring before there is another. */
const room = createSampleScratch();

const silence: Pcm = new Int16Array(FRAME_SAMPLES);

/** Undefined when another program has one of the ports. @throws MediaError `no_port` */
export async function openThreadedLine(
  command: SoundCommand & { readonly type: 'open' },
  setting: ThreadedLineOptions,
): Promise<ThreadedLine | undefined> {
  const { id, port, options } = command;
  const { clock, report } = setting;
  const sockets = await openSocketPair(port, {
    ...options,
    onRtp: (bytes, from) => transport.receiveRtp(bytes, from),
    onRtcp: (bytes, from) => transport.receiveRtcp(bytes, from),
    onError: (error) => report({ type: 'error', id, error }),
  });
  if (sockets === undefined) return undefined;
  const transport: LineTransport = createLineTransport({
    ...options,
    room,
    nowMs: clock.nowMs,
    epochMs: clock.epochMs,
    sendRtp: (packet, to) => sockets.rtp.send(packet, to.port, to.address),
    sendRtcp: (packet, to) => sockets.rtcp.send(packet, to.port, to.address),
    onDigit: (digit) => report({ type: 'digit', id, digit }),
    onPlayoutDelay: (playoutDelayMs) => report({ type: 'playout_delay', id, playoutDelayMs }),
    onSilent: (forMs) => report({ type: 'silent', id, forMs }),
  });
  return new SocketLine(command, setting, sockets, transport);
}

class SocketLine implements ThreadedLine {
  readonly #id: number;
  readonly #slot: number;
  /** In its memory. */
  readonly #place: number;
  readonly #memory: SoundMemory;
  readonly #heardQueue: LineQueue;
  readonly #transport: LineTransport;
  readonly #pace: SpeechPace;
  readonly #clock: Clock;
  readonly #sockets: SocketPair;
  readonly #report: (report: SoundReport) => void;
  readonly #presses = new Map<number, AbortController>();
  #isHeard = false;
  #stopBeats: (() => void) | undefined;
  #beats = 0;

  constructor(
    { id, slot }: SoundCommand & { readonly type: 'open' },
    { clock, heardQueue, memory, report }: ThreadedLineOptions,
    sockets: SocketPair,
    transport: LineTransport,
  ) {
    this.#id = id;
    this.#slot = slot;
    this.#place = slot % linesPerMemory;
    this.#memory = memory;
    this.#heardQueue = heardQueue;
    this.#transport = transport;
    this.#pace = createSpeechPace(memory.spoken, this.#place, transport);
    this.#clock = clock;
    this.#sockets = sockets;
    this.#report = report;
  }

  configure(agreed: Agreed): void {
    this.#transport.configure(agreed);
    this.#stopBeats ??= this.#clock.everyFrame((dueMs) => {
      try {
        this.#beat(dueMs);
      } catch (error) {
        // The frame timer would give no more frames to one that throws.
        this.#report({ type: 'error', id: this.#id, error });
      }
    });
  }

  hear(isHeard: boolean): void {
    this.#isHeard = isHeard;
  }

  press({ pressId, digits }: SoundCommand & { readonly type: 'press' }): void {
    const control = new AbortController();
    this.#presses.set(pressId, control);
    const settle = (outcome: PressOutcome) => {
      this.#presses.delete(pressId);
      this.#report({ type: 'pressed', id: this.#id, pressId, outcome });
    };
    this.#transport.press(digits, control.signal).then(
      () => settle({ type: 'done' }),
      (error: unknown) => {
        if (control.signal.aborted) settle({ type: 'stopped' });
        else if (error instanceof MediaError) settle({ type: 'failed', code: error.code, reason: error.message });
        else settle({ type: 'failed', code: 'ended', reason: String(error) });
      },
    );
  }

  stopPressing(pressId: number): void {
    this.#presses.get(pressId)?.abort();
  }

  async close(): Promise<void> {
    this.#stopBeats?.();
    this.#transport.close(this.#clock.nowMs());
    this.#memory.figures.write(this.#place, this.#transport.figures());
    await this.#sockets.close();
  }

  #beat(dueMs: number): void {
    const nowMs = this.#clock.nowMs();
    if (this.#isHeard) this.#handOver(nowMs);
    else this.#transport.skip();
    // By the time at which they were due packets are numbered as evenly as they are meant.
    this.#pace.beat(dueMs);
    this.#transport.watch(nowMs);
    this.#beats += 1;
    if (this.#beats <= firstBeats || this.#beats % figuresEveryBeats === 0) {
      this.#memory.figures.write(this.#place, this.#transport.figures());
    }
  }

  #handOver(nowMs: number): void {
    const frame = this.#transport.nextFrame(nowMs) ?? silence;
    // Nobody took any for a third of a second: what is said meanwhile is lost.
    if (this.#heardQueue.isFull() || !this.#memory.heard.put(this.#place, frame)) return;
    this.#heardQueue.put(this.#slot);
  }
}
