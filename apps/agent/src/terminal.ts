/** Where a command reads and writes. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  write(text: string): void;
  fail(text: string): void;
}
