/** Time as the driver knows it; the simulator has its own. */
export interface Clock {
  /** Monotonic milliseconds with fractions; the origin is arbitrary. */
  nowMs(): number;
  /** Wall time for records and for "tomorrow". */
  epochMs(): number;
  /** Call back once at or after the given monotonic time. The returned function cancels; cancelling twice is harmless. */
  wakeAt(atMs: number, callback: () => void): () => void;
  /** Call back each 20 ms until cancelled. All subscribers of a process share one timer. */
  everyFrame(callback: (nowMs: number) => void): () => void;
}
