export interface DatabaseOptions {
  /** Connections at most. */
  readonly poolSize: number;
  /** Connections for reports, beside those. */
  readonly reportPoolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly reportTimeoutMs: number;
  /** A connection may be another one in the next transaction: nothing is asked for or kept beyond one. */
  readonly isBehindPooler: boolean;
}

export const databaseDefaults: DatabaseOptions = {
  // Turns are one short transaction each; ten in flight keep two cores busy and stay far under the server's limit.
  poolSize: 10,
  // Two reports that take their time, and lists still come; whoever asks for more waits, and no caller does.
  reportPoolSize: 4,
  // Longer than a hiccup, shorter than a caller's patience.
  connectTimeoutMs: 3000,
  // The slowest query of ours takes milliseconds; one that takes this long holds a connection that others wait for.
  statementTimeoutMs: 10_000,
  // The request that asks for it is given up after 30 s.
  reportTimeoutMs: 25_000,
  // A turn then takes three messages there and back instead of one.
  isBehindPooler: false,
};
