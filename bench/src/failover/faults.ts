import type { Fault } from './struck-call.ts';

/**
 * What happens to vendors in the middle of a turn. No part is struck in two calls in a row: each is tried again when the other calls are
 * over.
 */
export const faults: readonly Fault[] = [
  { name: 'the recogniser breaks in mid-utterance', part: 'ear', fault: { kind: 'break' }, when: 'speaking' },
  // A sentence is some hundred thousand bytes on the wire.
  {
    name: 'the voice breaks in mid-sentence',
    part: 'voice',
    fault: { kind: 'breakAfter', bytes: 60_000 },
    when: 'before',
  },
  {
    name: 'the model breaks before its first word',
    part: 'model',
    fault: { kind: 'breakAfter', bytes: 0 },
    when: 'before',
  },
  { name: 'the recogniser never answers', part: 'ear', fault: { kind: 'silent' }, when: 'speaking' },
  { name: 'the voice never answers', part: 'voice', fault: { kind: 'silent' }, when: 'before' },
  { name: 'the model never answers', part: 'model', fault: { kind: 'silent' }, when: 'before' },
  { name: 'the recogniser is busy', part: 'ear', fault: { kind: 'busy', retryAfterS: 2 }, when: 'before' },
  { name: 'the voice is busy', part: 'voice', fault: { kind: 'busy', retryAfterS: 2 }, when: 'before' },
  // Each word is about 170 bytes.
  {
    name: 'the model breaks after its first words',
    part: 'model',
    fault: { kind: 'breakAfter', bytes: 1500 },
    when: 'before',
  },
];
