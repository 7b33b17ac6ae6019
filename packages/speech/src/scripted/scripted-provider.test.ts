import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import { tone } from '@parley/engine/simulation/scripted-parts.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { afterAll, expect, it } from 'vitest';
import { accountsOf, createRecognizer, createSynthesizer, parseEngineChoice } from '../registry.ts';
import { utterAll } from '../testing/voice-loop.ts';
import { bookingScript } from './script.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-scripts-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'two.txt'), '# What they say\nhello there\n\n  and goodbye  \n');

function hear(choice: string, accounts = {}) {
  const clock = createVirtualClock();
  const recognizer = createRecognizer(parseEngineChoice(choice), accounts, { clock, onError: () => {} });
  const scope = new AbortController();
  const open = () => {
    const told: (RecognizerEvent & { readonly atMs: number })[] = [];
    const options = { language: 'en-US', vocabularyId: 'any', signal: scope.signal };
    const stream = recognizer.open(options, (event) => told.push({ ...event, atMs: clock.nowMs() }));
    return { stream, told, finals: () => told.flatMap((event) => (event.type === 'final' ? [event.text] : [])) };
  };
  return { clock, open, scope, recognizer };
}

it('each burst of speech is the next line, in every call from the first, and after the last the first again', async () => {
  const { clock, open } = hear('scripted');
  const [one, other] = [open(), open()];
  for (let burst = 0; burst <= bookingScript.length; burst += 1) {
    utterAll(one.stream, tone(2000));
    await clock.advance(1000);
  }
  utterAll(other.stream, tone(2000));
  await clock.advance(1000);
  expect(one.finals()).toEqual([...bookingScript, bookingScript[0]]);
  expect(other.finals()).toEqual([bookingScript[0]]);
});

it('the final comes after the stated delay, words within the voice, and silence is no line', async () => {
  const { clock, open } = hear('scripted?delayMs=700');
  const { stream, told, finals } = open();
  const silence = new Int16Array(16_000);
  utterAll(stream, silence);
  await clock.advance(1000);
  expect(finals()).toEqual(['']);
  const sound = new Int16Array(20_000);
  sound.set(tone(750), 8000);
  const saidAtMs = clock.nowMs();
  utterAll(stream, sound);
  await clock.advance(1000);
  const final = told.at(-1);
  if (final?.type !== 'final') throw new Error('It ends with a final.');
  expect(final).toMatchObject({ text: bookingScript[0], atMs: saidAtMs + 700 });
  expect(final.words[0]?.startMs).toBe(500);
  expect(final.words.at(-1)?.endMs).toBe(1260);
  expect(told.filter(({ type }) => type === 'partial')).toMatchObject([{ text: 'I' }, { text: 'I would' }]);
});

it('scripts come from the folder of the settings, by name alone', async () => {
  const accounts = accountsOf({ SCRIPTED_FOLDER: folder });
  const { clock, open } = hear('scripted?script=two', accounts);
  const { stream, finals } = open();
  for (let burst = 0; burst < 2; burst += 1) utterAll(stream, tone(1000));
  await clock.advance(1000);
  expect(finals()).toEqual(['hello there', 'and goodbye']);
  expect(() => hear('scripted?script=three', accounts)).toThrow(/These are: two/);
  expect(() => hear('scripted?script=two')).toThrow(/SCRIPTED_FOLDER/);
  expect(() => hear('scripted?script=../../etc/passwd', accounts)).toThrow(/must be a name/);
  expect(() => accountsOf({ SCRIPTED_FOLDER: join(folder, 'none') })).toThrow(/none/);
});

it('a hundred calls leave no timer when they are over', async () => {
  const clock = createVirtualClock();
  const shared = clock.share();
  const context = { clock: shared, onError: () => {} };
  const recognizer = createRecognizer({ name: 'scripted' }, {}, context);
  const synthesizer = createSynthesizer({ name: 'scripted' }, {}, context);
  const told: string[] = [];
  for (let call = 0; call < 100; call += 1) {
    const scope = new AbortController();
    const options = { language: 'en-US', vocabularyId: 'any', signal: scope.signal };
    utterAll(
      recognizer.open(options, ({ type }) => told.push(type)),
      tone(500),
    );
    synthesizer.synthesize(
      {
        text: 'one two',
        language: 'en-US',
        voice: undefined,
        tone: 'neutral',
        ssml: undefined,
        passage: undefined,
        signal: scope.signal,
      },
      { audio() {}, words() {}, done: () => told.push('done'), failed: (code) => told.push(code) },
    );
    // Half of them leave in the middle.
    if (call % 2 === 0) scope.abort();
  }
  await clock.advance(1000);
  expect(shared.pending).toBe(0);
  expect(told.filter((type) => type === 'final')).toHaveLength(50);
  expect(told.filter((type) => type === 'done')).toHaveLength(50);
  expect(told).not.toContain('synthesizer_closed');
});
