import type { Brain } from './brain.ts';
import type { Journal } from './journal.ts';

/** A server on loopback that speaks a vendor's bytes, so that what talks to the vendor can be tried without it. */
export interface FakeVendor {
  /** As the provider in the registry of speech: `deepgram`. */
  readonly name: string;
  start(options: FakeOptions): Promise<RunningFake>;
}

export interface FakeOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** What hears and speaks behind the wire. */
  readonly brain: Brain;
}

/** Cuts the connection without a word, leaves it open and dead, or sends what is none of the vendor's. */
export type Strike = 'break' | 'freeze' | 'garble';

/** The key of every account with a fake; others are refused as the vendor refuses them. */
export const fakeKey = 'fake-key-0123456789abcdef';

export interface RunningFake {
  readonly name: string;
  /** Where the vendor's API begins, such as `http://127.0.0.1:4100`; faults go behind it (see faults.ts). */
  readonly url: string;
  /** The settings with which Parley takes it for the vendor. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it was sent, field by field. */
  readonly journal: Journal;
  /** Connections in use: open WebSockets and streams, requests that are not answered to the end. Idle ones that are kept do not count. */
  readonly openSockets: number;
  /** Does it to every connection in use, now: what faults by URL do by count. */
  strike(how: Strike): void;
  /** Breaks all connections and frees the port. */
  close(): Promise<void>;
}
