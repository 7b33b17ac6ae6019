/** Numbers of lines for which there is something, told by one thread to another in order: neither waits, nobody is woken. */
export interface LineQueue {
  isFull(): boolean;
  put(line: number): void;
  /** −1: there is none. */
  take(): number;
}

/** Of all lines of a thread for a third of a second, and more: 1,000 calls with all of their rings full. */
const capacity = 16_384;
/** Each side's index has a cache line of its own (64 bytes; processors fetch two at a time). */
const written = 0;
const taken = 32;
const first = 64;

export const lineQueueBytes = (first + capacity) * Int32Array.BYTES_PER_ELEMENT;

export function createLineQueue(memory: SharedArrayBuffer): LineQueue {
  const words = new Int32Array(memory, 0, first + capacity);
  return {
    isFull: () => ((Atomics.load(words, written) - Atomics.load(words, taken)) | 0) >= capacity,
    put(line) {
      const at = Atomics.load(words, written);
      words[first + (at & (capacity - 1))] = line;
      Atomics.store(words, written, (at + 1) | 0);
    },
    take() {
      const at = Atomics.load(words, taken);
      if (at === Atomics.load(words, written)) return -1;
      const line = words[first + (at & (capacity - 1))] ?? -1;
      Atomics.store(words, taken, (at + 1) | 0);
      return line;
    },
  };
}
