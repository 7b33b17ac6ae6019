import { createEmbeddedSynthesizer, embeddedVoices } from '@parley/speech/embedded/embedded-synthesizer.ts';
import {
  accuracy,
  type Interruption,
  interrupt,
  recordReplies,
  type VoiceManner,
} from '@parley/speech/testing/interruptions.ts';
import { replies } from './heard-text-replies.ts';
import { print } from './statistics.ts';

/** Of each voice and manner; three manners and four voices. */
const interruptions = 5_000;
const seed = 20_261_121;
const manners: readonly VoiceManner[] = ['words', 'length', 'stream'];

/**
 * How true the history is: callers interrupt replies of the embedded voices at random moments, and what the conversation
 * says was heard is compared with the words that had sounded. Once with the voice's word times, once with them withheld,
 * and once with the sound coming only just ahead of the ear.
 */
export async function run({ json }: { json: boolean }): Promise<void> {
  const synthesizer = createEmbeddedSynthesizer();
  try {
    const result: Record<string, number> = { interruptions, replies: replies.length };
    for (const { id: voice } of embeddedVoices) {
      const recordings = await recordReplies(synthesizer, replies, voice);
      for (const manner of manners) {
        const found = await interrupt(recordings, replies, { count: interruptions, seed, manner });
        result[`${voice} ${manner} within a word %`] = accuracy(found) * 100;
        result[`${voice} ${manner} exact %`] = exact(found) * 100;
      }
    }
    print(json, result);
  } finally {
    await synthesizer.close();
  }
}

function exact(found: readonly Interruption[]): number {
  return found.filter(({ trueWords, heardWords }) => trueWords === heardWords).length / found.length;
}
