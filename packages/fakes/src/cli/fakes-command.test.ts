import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { accountsOf, createRecognizer, createSynthesizer, providers } from '@parley/speech/registry.ts';
import { speak } from '@parley/speech/testing/voice-loop.ts';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { openEar } from '../conformance/ear.ts';
import { plainWords } from '../conformance/subject.ts';
import { allFakes, fakes } from '../registry.ts';
import { readFakesCommand, UsageError } from './fakes-command.ts';
import { describeRunning, runFakes } from './run-fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-fakes-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'lines.txt'), '# a caller\nhello there\nand goodbye\n');

it('all are started, each at its port, or those that are named at the same', async () => {
  const all = await readFakesCommand([], folder);
  const one = await readFakesCommand([fakes[1]?.name ?? ''], folder);
  if (all === 'help' || one === 'help') throw new Error('No help was asked for.');
  expect(all.fakes.map(({ port }) => port)).toEqual(allFakes.map((_, index) => 4100 + index));
  expect(one.fakes).toEqual([{ fake: fakes[1], port: 4101 }]);
  expect(await readFakesCommand(['--help'], folder)).toBe('help');
});

it('one that is named listens at the port that is given, and several follow on it', async () => {
  const one = await readFakesCommand(['twilio', '--port', '4177'], folder);
  const two = await readFakesCommand(['twilio', 'deepgram', '--port', '4177'], folder);
  if (one === 'help' || two === 'help') throw new Error('No help was asked for.');
  expect(one.fakes.map(({ fake, port }) => [fake.name, port])).toEqual([['twilio', 4177]]);
  expect(two.fakes.map(({ port }) => port)).toEqual([4177, 4178]);
});

it('a wrong command line is refused in words', async () => {
  for (const [args, words] of [
    [['nobody'], /no fake "nobody".*deepgram/],
    [['--port', 'x'], /--port is a number/],
    [['--script', 'none.txt'], /cannot be read/],
    [['--wrong'], /--help/],
  ] as const) {
    await expect(readFakesCommand(args, folder)).rejects.toThrow(words);
    await expect(readFakesCommand(args, folder)).rejects.toBeInstanceOf(UsageError);
  }
});

it('with the settings that are printed, every provider hears the lines of the script and speaks', async () => {
  const command = await readFakesCommand(['--script', 'lines.txt', '--port', '0'], folder);
  if (command === 'help') throw new Error('No help was asked for.');
  const running = await runFakes(command);
  const context = { clock: createSystemClock(), onError: () => {} };
  try {
    const printed = describeRunning(running.fakes);
    const environment = Object.fromEntries(
      printed.split('\n').flatMap((line) => {
        const setting = /^([A-Z_]+)=(.*)$/.exec(line);
        return setting === null ? [] : [[setting[1], setting[2]]];
      }),
    );
    const shape = Object.assign({}, ...providers.map(({ settings }) => settings));
    const accounts = accountsOf(z.object(shape).parse(environment));
    expect(Object.keys(accounts)).toEqual(expect.arrayContaining(fakes.map(({ name }) => name)));
    const heard: string[] = [];
    for (const provider of providers.filter(({ name }) => fakes.some((fake) => fake.name === name))) {
      const [voice] = Object.keys(provider.synthesizers);
      if (voice !== undefined) {
        const synthesizer = createSynthesizer({ name: voice }, accounts, context);
        expect((await speak(synthesizer, 'three words long')).samples.length, voice).toBeGreaterThan(8000);
        await synthesizer.close();
      }
      const [ear] = Object.keys(provider.recognizers);
      if (ear === undefined) continue;
      const recognizer = createRecognizer({ name: ear }, accounts, context);
      const opened = openEar(recognizer, 'en-US');
      opened.say(Int16Array.from({ length: 16_000 }, (_, n) => (n % 16 < 8 ? 6000 : -6000)));
      heard.push(plainWords((await opened.final(1)).text));
      opened.abort();
      await recognizer.close();
    }
    expect(heard.length).toBeGreaterThan(3);
    expect(new Set(heard)).toEqual(new Set(['hello there']));
  } finally {
    await running.close();
  }
});

it('a port that is taken is told in words, and nothing is left', async () => {
  const taken = await readFakesCommand(['deepgram', '--script', 'lines.txt', '--port', '0'], folder);
  if (taken === 'help') throw new Error('No help was asked for.');
  const first = await runFakes(taken);
  const port = Number(new URL(first.fakes[0]?.url ?? '').port);
  await expect(runFakes({ ...taken, fakes: taken.fakes.map(({ fake }) => ({ fake, port })) })).rejects.toThrow(
    /port is taken/,
  );
  await first.close();
});
