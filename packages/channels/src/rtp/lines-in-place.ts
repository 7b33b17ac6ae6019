import { FRAME_SAMPLES } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { createLineTransport } from './line-transport.ts';
import type { PortPool } from './port-pool.ts';
import type { RtpLine, RtpLineEvents, RtpLineOptions, RtpLines } from './rtp-line.ts';
import { openSocketPair } from './socket-pair.ts';
import { takePorts } from './take-ports.ts';

/** The sound of calls in the thread of their conversations: each frame leaves as it is written, and is heard when it is due. */
export function createLinesInPlace(clock: Clock, pool: PortPool): RtpLines {
  const lines = new Set<RtpLine>();
  const closing = new Set<Promise<void>>();
  return {
    async open(options, events) {
      const line = await openLine(clock, pool, options, events);
      const { close } = line;
      const owned: RtpLine = {
        ...line,
        close() {
          const closed = close();
          if (lines.delete(owned)) closing.add(closed.finally(() => closing.delete(closed)));
          return closed;
        },
      };
      lines.add(owned);
      return owned;
    },
    get inUse() {
      return pool.inUse;
    },
    async close() {
      await Promise.all([...lines].map((line) => line.close()));
      await Promise.all(closing);
    },
  };
}

async function openLine(
  clock: Clock,
  pool: PortPool,
  options: RtpLineOptions,
  events: RtpLineEvents,
): Promise<RtpLine> {
  let isHeard = false;
  let stopFrames: (() => void) | undefined;
  let closed: Promise<void> | undefined;

  const guarded = (call: () => void) => {
    try {
      call();
    } catch (error) {
      events.error(error);
    }
  };

  const sockets = await takePorts(pool, (port) =>
    openSocketPair(port, {
      ...options,
      onRtp: (bytes, from) => transport.receiveRtp(bytes, from),
      onRtcp: (bytes, from) => transport.receiveRtcp(bytes, from),
      onError: events.error,
    }),
  );
  const transport = createLineTransport({
    ...options,
    nowMs: clock.nowMs,
    epochMs: clock.epochMs,
    sendRtp: (packet, to) => sockets.rtp.send(packet, to.port, to.address),
    sendRtcp: (packet, to) => sockets.rtcp.send(packet, to.port, to.address),
    onDigit: (digit) => guarded(() => events.digit(digit)),
    onPlayoutDelay: (delayMs) => guarded(() => events.playoutDelay(delayMs)),
    onSilent: (forMs) => guarded(() => events.silent(forMs)),
  });

  const onFrame = () => {
    const nowMs = clock.nowMs();
    if (isHeard) {
      const frame = transport.nextFrame(nowMs) ?? new Int16Array(FRAME_SAMPLES);
      // What is sent does not depend on who listens.
      guarded(() => events.frame(frame));
    } else transport.skip();
    transport.fill(nowMs);
    transport.watch(nowMs);
  };

  const free = async () => {
    await sockets.close();
    pool.release(sockets.rtpPort);
  };

  return {
    rtpPort: sockets.rtpPort,
    rtcpPort: sockets.rtcpPort,
    playoutDelayMs: 0,
    aheadMs: 0,
    configure(agreed) {
      transport.configure(agreed);
      // The frame timer would give no more frames to one that throws.
      stopFrames ??= clock.everyFrame(() => guarded(onFrame));
    },
    hear(next) {
      isHeard = next;
    },
    write(frame) {
      transport.write(frame, clock.nowMs());
    },
    // Each frame leaves as it is written: there is nothing to take back.
    clear() {},
    press: (digits, signal) => transport.press(digits, signal),
    figures: () => transport.figures(),
    close() {
      if (closed !== undefined) return closed;
      stopFrames?.();
      transport.close(clock.nowMs());
      closed = free();
      return closed;
    },
  };
}
