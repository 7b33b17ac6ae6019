import { allocateSoundMemory, linesPerMemory, openSoundMemory, type SoundMemory } from './sound-memory.ts';

/** A line's place in the memory that both threads share. */
export interface Slot {
  /** Over all pieces of memory. */
  readonly number: number;
  readonly memory: SoundMemory;
  /** In its piece. */
  readonly place: number;
}

/** Places for lines; memory is taken when it is needed, and kept for the next calls. */
export interface Slots {
  /** Empty. */
  take(): Slot;
  /** When neither thread uses it. */
  release(slot: Slot): void;
}

/** @param onMemory there are places for more lines from now on: those that follow the ones before */
export function createSlots(onMemory: (memory: SharedArrayBuffer) => void): Slots {
  let count = 0;
  /** The last one given back is taken next: its memory is still in the processor's cache. */
  const free: Slot[] = [];
  return {
    take() {
      if (free.length === 0) {
        const shared = allocateSoundMemory();
        const memory = openSoundMemory(shared);
        for (let place = linesPerMemory - 1; place >= 0; place -= 1) {
          free.push({ number: count + place, memory, place });
        }
        count += linesPerMemory;
        onMemory(shared);
      }
      const slot = free.pop();
      if (slot === undefined) throw new Error('New memory has no place for a line.');
      slot.memory.heard.reset(slot.place);
      slot.memory.spoken.reset(slot.place);
      slot.memory.figures.reset(slot.place);
      return slot;
    },
    release(slot) {
      free.push(slot);
    },
  };
}
