import { readdirSync, readFileSync } from 'node:fs';

/** The 49 messages of RFC 4475, byte for byte from the archive in its appendix, by their names there. */
export function readTorture(name: string): Buffer {
  return readFileSync(new URL(`${name}.dat`, import.meta.url));
}

export function tortureNames(): readonly string[] {
  return readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith('.dat'))
    .map((file) => file.slice(0, -'.dat'.length));
}
