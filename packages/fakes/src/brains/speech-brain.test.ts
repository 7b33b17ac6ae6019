import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import { createScriptedSynthesizer } from '@parley/speech/scripted/scripted-synthesizer.ts';
import { expect, test } from 'vitest';
import { createSpeechBrain } from './speech-brain.ts';

test('two utterances that end before a busy recogniser has answered for either are each given what was said in them', async () => {
  const late = createLateRecognizer();
  const brain = await createSpeechBrain({
    recognizer: late.recognizer,
    synthesizer: createScriptedSynthesizer(createSystemClock()),
    vocabulary: { id: 'words', phrases: ['yes'], contexts: {} },
  });
  const listener = brain.listen('en');
  listener.write(new Int16Array(320));
  const first = listener.end();
  listener.write(new Int16Array(320));
  const second = listener.end();
  late.tell({ type: 'partial', text: 'yes' });
  expect(listener.partial).toBe('');
  late.tell(final('yes'));
  late.tell(final('and four people'));
  expect([(await first).text, (await second).text]).toEqual(['yes', 'and four people']);
  await brain.close();
});

function final(text: string): RecognizerEvent {
  return { type: 'final', text, confidence: 1, rejected: false, endsTurn: false, words: [], processingMs: 0 };
}

/** Tells what it is told to tell, when it is told to. */
function createLateRecognizer() {
  let tell: (event: RecognizerEvent) => void = () => {};
  const recognizer: Recognizer = {
    name: 'late',
    prepare: async () => {},
    open(_options, onEvent) {
      tell = onEvent;
      return { expect() {}, utteranceStarted() {}, write() {}, utteranceEnded() {} };
    },
    close: async () => {},
  };
  return { recognizer, tell: (event: RecognizerEvent) => tell(event) };
}
