/** Numbers for 32-bit keys, in the order in which they were added: a hash table without objects, for it is asked on every word. */
export class KeyTable {
  #slots: Int32Array;
  #keys: Uint32Array;
  #size = 0;

  /** @param expected how many keys are to come; more may */
  constructor(expected: number) {
    this.#slots = new Int32Array(roomFor(expected)).fill(-1);
    this.#keys = new Uint32Array(Math.max(16, expected));
  }

  static of(keys: Uint32Array): KeyTable {
    const table = new KeyTable(keys.length);
    for (const key of keys) table.add(key);
    return table;
  }

  get size(): number {
    return this.#size;
  }

  /** Its number, or -1. */
  find(key: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = key & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] ?? -1;
      if (id === -1 || this.#keys[id] === key) return id;
    }
  }

  /** Its number, a new one if need be. */
  add(key: number): number {
    const found = this.find(key);
    if (found !== -1) return found;
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    if (this.#size === this.#keys.length) {
      const more = new Uint32Array(this.#keys.length * 2);
      more.set(this.#keys);
      this.#keys = more;
    }
    this.#keys[this.#size] = key;
    this.#put(key, this.#size);
    this.#size += 1;
    return this.#size - 1;
  }

  keys(): Uint32Array {
    return this.#keys.slice(0, this.#size);
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    for (let id = 0; id < this.#size; id += 1) this.#put(this.#keys[id] ?? 0, id);
  }

  #put(key: number, id: number): void {
    const mask = this.#slots.length - 1;
    let slot = key & mask;
    while (this.#slots[slot] !== -1) slot = (slot + 1) & mask;
    this.#slots[slot] = id;
  }
}

/** A power of two, at most half full. */
function roomFor(keys: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(16, keys * 2 + 1)));
}
