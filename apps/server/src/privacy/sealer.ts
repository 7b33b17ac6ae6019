/**
 * Seals what must not be read at rest: credentials, secrets, keys of recordings, sensitive slots.
 *
 * `purpose` says what it is for and whose it is (`webhook:<id>`); what was sealed for one purpose does not open for another, so that
 * a row copied into another place is worth nothing.
 */
export interface Sealer {
  seal(plain: string, purpose: string): Promise<string>;
  /** @throws WireError `sealed_unreadable` when it was sealed for another purpose, changed, or its key is gone */
  open(sealed: string, purpose: string): Promise<string>;
}
