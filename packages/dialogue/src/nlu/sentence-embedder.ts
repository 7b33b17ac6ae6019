/** Turns sentences into vectors that are near when the sentences mean alike. A server somewhere, or a model on this machine. */
export interface SentenceEmbedder {
  /** The model's name, for messages. */
  readonly name: string;
  /**
   * A vector of length 1 for each text, in their order; all of one size. Any number of texts: the embedder cuts them into what it
   * can take at once.
   *
   * @throws NluError, or an error of the part that embeds; the signal's reason when it was aborted
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>;
}
