import { z } from 'zod';
import { parseJson } from '../wire/parse-json.ts';

const word = z.object({
  word: z.string(),
  confidence: z.number().default(0),
  /** Seconds from the start of the connection's sound. */
  start: z.number().optional(),
  end: z.number().optional(),
});

const turnInfo = z.object({
  type: z.literal('TurnInfo'),
  event: z.string(),
  turn_index: z.number(),
  audio_window_start: z.number(),
  audio_window_end: z.number(),
  transcript: z.string(),
  words: z.array(word).default([]),
  end_of_turn_confidence: z.number().default(0),
  /** Of an `EndOfTurn`: `model`, `timeout`, `manual`, and what is to come. */
  trigger: z.string().optional(),
});

const known = z.discriminatedUnion('type', [
  turnInfo,
  z.object({ type: z.literal('ConfigureFailure') }),
  z.object({ type: z.literal('Error'), code: z.string().default(''), description: z.string().default('') }),
]);

export type FluxMessage = z.infer<typeof known>;
export type TurnInfo = z.infer<typeof turnInfo>;

/** Those that are acted on; others (`Connected`, `ConfigureSuccess`, what is to come) are `other`. */
const knownTypes = new Set(['TurnInfo', 'ConfigureFailure', 'Error']);

/** A message of `/v2/listen`; undefined for what the vendor never sends. */
export function parseFluxMessage(text: string): FluxMessage | { readonly type: 'other' } | undefined {
  const json = parseJson(text);
  const typed = z.object({ type: z.string() }).safeParse(json);
  if (!typed.success) return undefined;
  if (!knownTypes.has(typed.data.type)) return { type: 'other' };
  return known.safeParse(json).data;
}

/** The same, so many seconds later. */
export function laterTurn(info: TurnInfo, seconds: number): TurnInfo {
  const later = (at: number | undefined) => (at === undefined ? undefined : at + seconds);
  return {
    ...info,
    audio_window_start: info.audio_window_start + seconds,
    audio_window_end: info.audio_window_end + seconds,
    words: info.words.map((said) => ({ ...said, start: later(said.start), end: later(said.end) })),
  };
}
