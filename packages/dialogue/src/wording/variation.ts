/**
 * One of several wordings, chosen by the conversation and the place in it: replies vary, and a replayed conversation
 * says the same again.
 */
export function vary(wordings: readonly string[], conversationId: string, place: number): string {
  let hash = 2_166_136_261;
  for (const character of `${conversationId}/${place}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
  return wordings[(hash >>> 0) % Math.max(1, wordings.length)] ?? '';
}
