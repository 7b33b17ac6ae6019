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

export interface RunningFake {
  readonly name: string;
  /** Where the vendor's API begins, such as `http://127.0.0.1:4100`; faults go behind it (see faults.ts). */
  readonly url: string;
  /** The settings with which Parley takes it for the vendor. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it was sent, field by field. */
  readonly journal: Journal;
  /** Sockets that are open now. */
  readonly openSockets: number;
  /** Breaks all connections and frees the port. */
  close(): Promise<void>;
}
