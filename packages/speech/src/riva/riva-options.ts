import { z } from 'zod';
import { yesOrNo } from '../provider/yes-or-no.ts';

/** What can be set for both ways of hearing; numbers and yes or no may come as text. */
export const rivaOptionsSchema = z.strictObject({
  /** As it was deployed; left out: whichever the server has for the language. */
  model: z.string().min(1).exactOptional(),
  /** Instead of the conversation's language: `multi` of multilingual models, say. */
  languageCode: z.string().min(1).exactOptional(),
  punctuation: yesOrNo.default(true),
  /** Words as spoken (“twenty five”) instead of as written (“25”). */
  verbatim: yesOrNo.default(false),
  profanityFilter: yesOrNo.default(false),
  /** How far the vocabulary is favoured; the vendor means 0–20, and some decoders want up to 100. */
  boost: z.coerce.number().min(0).max(100).default(10),
  /** Of the vocabulary, the phrases of what was asked first. Each costs the decoder time. */
  maxPhrases: z.coerce.number().int().min(0).max(5000).default(500),
  /** Divides the logarithms of the confidence: more than 1 for decoders that sum over sounds (see riva-confidence.ts). */
  confidenceTemperature: z.coerce.number().min(0.1).max(100).default(1),
  /** From a call to the connected channel. */
  connectTimeoutMs: z.coerce.number().int().min(100).max(30_000).default(4000),
  /** From the end of an utterance to its final. */
  finalTimeoutMs: z.coerce.number().int().min(100).max(60_000).default(5000),
  pingIntervalMs: z.coerce.number().int().min(100).max(600_000).exactOptional(),
  pongTimeoutMs: z.coerce.number().int().min(100).max(60_000).exactOptional(),
});
export type RivaOptions = z.infer<typeof rivaOptionsSchema>;

export const rivaStreamingOptionsSchema = rivaOptionsSchema.extend({
  /** Silence after which the server ends a piece of its transcript by itself; left out: as it was deployed. */
  stopHistoryMs: z.coerce.number().int().min(20).max(5000).exactOptional(),
  /** Audio in one message. Streaming models step by 80–160 ms; smaller messages cost without telling anything earlier. */
  chunkMs: z.coerce.number().int().min(20).max(500).default(80),
});
export type RivaStreamingOptions = z.infer<typeof rivaStreamingOptionsSchema>;

export const rivaOfflineOptionsSchema = rivaOptionsSchema.extend({
  /** What comes later is not heard. One message has it all: servers take 4 MB, two minutes of 16-bit audio. */
  maxUtteranceMs: z.coerce.number().int().min(1000).max(120_000).default(60_000),
});
export type RivaOfflineOptions = z.infer<typeof rivaOfflineOptionsSchema>;
