/**
 * Whether a part gave no sign in time, by its own word or by that of the chain, which waits as well: whoever is the first to lose
 * patience, a caller waited in vain.
 */
export function isHang(code: string): boolean {
  return hangs.has(code);
}

/** What the chain says of a recogniser without a final. */
export const finalTimeout = 'final_timeout';
/** What it says of a voice that does not begin, and of one that does not go on. */
export const noAudioInTime = 'first_audio_timeout';
export const stalled = 'audio_stalled';

const hangs = new Set([finalTimeout, noAudioInTime, stalled, 'provider_timed_out']);
