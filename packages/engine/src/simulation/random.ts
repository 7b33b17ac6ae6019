/** Chance that repeats itself: the same seed gives the same draws on every machine. */
export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number, both ends included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** One of the choices, each as likely as its weight is of all weights. */
  weighted<Choice extends string>(weights: Readonly<Record<Choice, number>>): Choice;
  /** Latencies as networks have them: half of them under the median, a few many times as long. */
  latencyMs(medianMs: number): number;
  /** A source of its own, so that what one part draws does not move what another draws. */
  fork(name: string | number): Random;
}

export function createRandom(seed: number | string): Random {
  const next = sfc32(hash(String(seed)));
  const random: Random = {
    next,
    int: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => next() < probability,
    pick: ([first, ...rest]) => rest[Math.floor(next() * (rest.length + 1)) - 1] ?? first,
    weighted(weights) {
      const choices = Object.keys(weights).filter((key): key is keyof typeof weights => key in weights);
      let left = next() * choices.reduce((sum, choice) => sum + weights[choice], 0);
      for (const choice of choices) {
        left -= weights[choice];
        if (left < 0) return choice;
      }
      throw new Error('There is nothing to choose from: all weights are 0.');
    },
    // The sum of four draws is near enough to a normal distribution; its exponential has the long tail.
    latencyMs: (medianMs) => Math.round(medianMs * Math.exp((next() + next() + next() + next() - 2) * 1.6)),
    fork: (name) => createRandom(`${seed}/${name}`),
  };
  return random;
}

/** FNV-1a of the letters, four times over from different beginnings. */
function hash(text: string): readonly [number, number, number, number] {
  return [fnv(text, 0x811c9dc5), fnv(text, 0x1b873593), fnv(text, 0xcc9e2d51), fnv(text, 0x85ebca6b)];
}

function fnv(text: string, basis: number): number {
  let value = basis;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
    value ^= value >>> 15;
  }
  return value >>> 0;
}

/** Chris Doty-Humphrey's small fast counting generator: passes PractRand, four words of state. */
function sfc32([seedA, seedB, seedC, seedD]: readonly [number, number, number, number]): () => number {
  let a = seedA;
  let b = seedB;
  let c = seedC;
  let counter = seedD;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  };
  // Seeds that differ in one bit give draws that differ everywhere only after some rounds.
  for (let round = 0; round < 12; round += 1) next();
  return next;
}
