import { createSampleSlab } from '@parley/engine/audio/sample-slab.ts';
import { type Digit, FRAME_SAMPLES } from '@parley/engine/ports/audio.ts';
import { MediaError } from '../media-session.ts';
import type { LineFigures, RtpLine, RtpLineEvents } from '../rtp-line.ts';
import type { PressOutcome, SoundCommand, SoundReport } from './messages.ts';
import type { Slot } from './slots.ts';

/** A line that runs in another thread, as the conversations' thread sees it. */
export interface HostedLine {
  readonly line: RtpLine;
  /** The oldest frame of its ring is due. */
  giveFrame(): void;
  take(report: SoundReport): void;
  /** Its thread is gone. */
  fail(reason: string): void;
}

export interface HostedLineOptions {
  readonly id: number;
  readonly port: number;
  readonly slot: Slot;
  readonly post: (command: SoundCommand) => void;
  readonly events: RtpLineEvents;
  readonly closeTimeoutMs: number;
  /** Nothing of it comes any more, and its ports are free. */
  readonly onClosed: () => void;
}

/**
 * What may be given ahead of its time: the longest that this thread is away for collecting garbage or a burst of turns at 500 calls. It
 * costs nothing, as `clear` takes it back.
 */
const aheadMs = 100;
/** A frame waits for its beat: 10 ms in the middle. */
const playoutDelayMs = 10;

type Press = (outcome: PressOutcome) => void;

export function createHostedLine(options: HostedLineOptions): HostedLine {
  const { id, port, slot, post, events } = options;
  const { heard, spoken, figures } = slot.memory;
  const { place } = slot;
  const presses = new Map<number, Press>();
  const room = createSampleSlab();
  const freed = Promise.withResolvers<void>();
  let nextPressId = 1;
  /** When it was closed. */
  let lastFigures: LineFigures | undefined;
  let isFreed = false;

  const guarded = (call: () => void) => {
    try {
      call();
    } catch (error) {
      events.error(error);
    }
  };

  const end = () => {
    if (lastFigures !== undefined) return false;
    lastFigures = figures.read(place);
    const why = 'The call ended while keys were pressed.';
    for (const settle of [...presses.values()]) settle({ type: 'failed', code: 'ended', reason: why });
    return true;
  };

  const free = () => {
    if (isFreed) return;
    isFreed = true;
    options.onClosed();
    freed.resolve();
  };

  const press = (digits: readonly Digit[], signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (lastFigures !== undefined) {
        return reject(new MediaError('ended', 'The call has ended; no key can be pressed.'));
      }
      if (signal.aborted) return reject(signal.reason);
      const pressId = nextPressId++;
      const onAbort = () => post({ type: 'stop_pressing', id, pressId });
      presses.set(pressId, (outcome) => {
        presses.delete(pressId);
        signal.removeEventListener('abort', onAbort);
        if (outcome.type === 'done') resolve();
        else if (outcome.type === 'stopped') reject(signal.reason);
        else reject(new MediaError(outcome.code, outcome.reason));
      });
      signal.addEventListener('abort', onAbort, { once: true });
      post({ type: 'press', id, pressId, digits });
    });

  const line: RtpLine = {
    rtpPort: port,
    rtcpPort: port + 1,
    playoutDelayMs,
    aheadMs,
    configure(agreed) {
      post({ type: 'configure', id, agreed });
    },
    hear(isHeard) {
      post({ type: 'hear', id, isHeard });
    },
    write(frame) {
      if (lastFigures === undefined) spoken.put(place, frame);
    },
    clear() {
      if (lastFigures === undefined) spoken.clear(place);
    },
    press,
    figures: () => lastFigures ?? figures.read(place),
    close() {
      if (end()) {
        post({ type: 'close', id });
        const timer = setTimeout(
          () => events.error(new Error('A line was not closed in time.')),
          options.closeTimeoutMs,
        );
        void freed.promise.finally(() => clearTimeout(timer));
      }
      return freed.promise;
    },
  };

  return {
    line,
    giveFrame() {
      const shared = heard.peek(place);
      if (shared === undefined) return;
      // A copy: whoever gets it may keep it.
      const frame = room(FRAME_SAMPLES);
      frame.set(shared);
      heard.advance(place);
      if (lastFigures === undefined) guarded(() => events.frame(frame));
    },
    take(report) {
      if (report.type === 'closed') return free();
      if (report.type === 'error') return events.error(report.error);
      if (report.type === 'pressed') return presses.get(report.pressId)?.(report.outcome);
      if (lastFigures !== undefined) return;
      if (report.type === 'digit') guarded(() => events.digit(report.digit));
      else if (report.type === 'playout_delay') guarded(() => events.playoutDelay(report.playoutDelayMs));
      else if (report.type === 'silent') guarded(() => events.silent(report.forMs));
    },
    fail(reason) {
      const isNews = end();
      free();
      if (isNews) guarded(() => events.failed(reason));
    },
  };
}
