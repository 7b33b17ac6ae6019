import type { Brain } from '../brain.ts';
import { createToneSpeech } from './tone-speech.ts';

/**
 * Speaks in tones and hears them without an error: for tests of what lies between.
 * @param answer what the language model says; left out: it says what it was told
 */
export function createToneBrain(answer: (prompt: string) => string = (prompt) => `You said: ${prompt}`): Brain {
  const speech = createToneSpeech();
  return {
    listen: () => speech.listen(),
    speak: async (text) => speech.speak(text),
    answer,
    close: async () => {},
  };
}
