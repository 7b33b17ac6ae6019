import { FRAME_MS } from '@parley/engine/ports/audio.ts';

/** A caller's line: one frame each 20 ms, at a moment of its own. */
export interface Line {
  /** When its frames come, within each 20 ms. */
  readonly phaseMs: number;
  readonly frame: (dueMs: number) => void;
}

/**
 * Deliver the frames of all lines when they are due, as a socket would: a frame that comes while the process is busy is
 * taken up as soon as it is not, and none is lost.
 *
 * @returns a function that stops it
 */
export function startLines(lines: readonly Line[], nowMs: () => number): () => void {
  const inOrder = [...lines].sort((a, b) => a.phaseMs - b.phaseMs);
  let roundMs = nowMs();
  let next = 0;
  let isStopped = false;

  const deliver = () => {
    if (isStopped) return;
    // Up to now, not to a now that moves on meanwhile: the rest of the process gets its turn.
    const untilMs = nowMs();
    for (;;) {
      const line = inOrder[next];
      if (line === undefined) {
        next = 0;
        roundMs += FRAME_MS;
        continue;
      }
      const dueMs = roundMs + line.phaseMs;
      if (dueMs > untilMs) break;
      next += 1;
      line.frame(dueMs);
    }
    setTimeout(deliver, 1);
  };
  if (inOrder.length > 0) deliver();
  return () => {
    isStopped = true;
    inOrder.length = 0;
  };
}
