import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { runAgentCommand } from './agent-command.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

describe('npm run agent', () => {
  describe('a newcomer', () => {
    let folder = '';
    beforeAll(async () => {
      const parent = mkdtempSync(join(tmpdir(), 'parley-agent-'));
      folder = join(parent, 'first-desk');
      expect(await agent(['new', folder])).toMatchObject({ code: 0, failure: '' });
      return () => rmSync(parent, { recursive: true });
    });

    it('makes an agent that has nothing wrong with it', async () => {
      const checked = await agent(['check', folder]);
      expect(checked).toMatchObject({ code: 0, failure: '' });
      expect(checked.output).toMatch(/^The front desk can run: 3 flows/);
    });

    it('talks to it, and sees what was understood of each line', async () => {
      const lines = [
        'can someone call me back about an invoice',
        'my name is Alice Brown',
        '212 555 0123',
        'yes',
        "no, that's all",
      ];
      const { code, output } = await agent(['talk', folder], `${lines.join('\n')}\n`);
      expect(code).toBe(0);
      expect(output).toMatch(/front desk/);
      expect(output).toMatch(/leave_message \d+ %, topic: "an invoice"/);
      expect(output).toContain('phone: "+12125550123"');
      expect(output).toMatch(/we call Alice Brown on \(212\) 555-0123\. Is that right\?/);
      expect(output).toContain('Someone will call you back.');
      expect(output.trimEnd()).toMatch(/(Goodbye|goodbye)\.$/);
    });

    it('hears an empty line as silence, and what comes after the conversation has ended not at all', async () => {
      const { code, output } = await agent(['talk', folder], '\nbye\nwhen are you open\n');
      expect(code).toBe(0);
      expect(output).toMatch(/still there|Are you there/);
      expect(output).not.toContain('nine to five');
    });

    it('sends callers to it who change their minds, the same ones each time', async () => {
      const walk = ['walk', folder, '--calls', '30', '--seed', '7'];
      const [first, again] = [await agent(walk), await agent(walk)];
      expect(first).toMatchObject({ code: 0, failure: '' });
      expect(first.output).toMatch(/^30 callers, .* 0 went round in circles\.\n$/);
      expect(again.output).toBe(first.output);
    });

    it('does not write over it', async () => {
      const again = await agent(['new', folder]);
      expect(again).toMatchObject({ code: 1, output: '' });
      expect(again.failure).toMatch(/is not empty/);
    });

    it('is told which languages it speaks', async () => {
      const { code, failure } = await agent(['talk', folder, '--language', 'vi-VN']);
      expect(code).toBe(1);
      expect(failure).toBe('The front desk does not speak vi-VN: it speaks en-US.\n');
    });
  });

  describe('what is wrong with an agent is shown at its file and line', () => {
    it.each([
      [
        'a node that is not there',
        'flows/hours.yaml',
        ['next: done }', 'next: gone }'],
        /^flows\/hours\.yaml:4:\d+ error .*gone/m,
      ],
      [
        'a field that is not known',
        'flows/main.yaml',
        ['text: What can I do', 'words: What can I do'],
        /^flows\/main\.yaml:\d+:\d+ error /m,
      ],
      ['no YAML', 'flows/main.yaml', ['choices: [', 'choices: [['], /flows\/main\.yaml:\d+:\d+/],
      [
        'a slot that is not there',
        'flows/message.yaml',
        ['slot: phone', 'slot: fax'],
        /^flows\/message\.yaml:9:\d+ error .*fax/m,
      ],
    ])('%s', async (_what, file, [before = '', after = ''], problem) => {
      const folder = await newAgent();
      const path = join(folder, file);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain(before);
      writeFileSync(path, text.replace(before, after));
      const { code, output, failure } = await command(['check', folder]);
      expect(code).toBe(1);
      expect(output + failure).toMatch(problem);
    });

    it.each(['talk', 'walk'])('%s shows it too, and does not begin', async (name) => {
      const folder = await newAgent();
      writeFileSync(join(folder, 'flows/hours.yaml'), 'nodes:\n  start: { type: start, next: nowhere }\n');
      const { code, output, failure } = await command([name, folder]);
      expect({ code, output }).toEqual({ code: 1, output: '' });
      expect(failure).toMatch(/^flows\/hours\.yaml:2:\d+ error .*nowhere/);
    });

    it('a folder that is not there', async () => {
      const { code, output, failure } = await agent(['check', join(tmpdir(), 'nobody-made-this-agent')]);
      expect({ code, output }).toEqual({ code: 1, output: '' });
      expect(failure).toMatch(/there is no .*nobody-made-this-agent/);
    });
  });

  describe('a wrong command line is told with how it is written', () => {
    it.each([
      ['no command', [], /npm run agent -- new FOLDER/],
      ['no folder', ['check'], /npm run agent -- check FOLDER/],
      ['an unknown command', ['dance', 'folder'], /no command "dance"/],
      ['an unknown option', ['check', 'folder', '--loud'], /--loud/],
      ['two folders', ['check', 'one', 'two'], /One folder at a time/],
      ['a number that is none', ['walk', '.', '--calls', 'many'], /--calls takes a whole number/],
      ['an id that is none', ['new', join(tmpdir(), '1st agent')], /cannot be an agent's id/],
    ])('%s', async (_what, args, message) => {
      const { code, output, failure } = await command(args);
      expect({ code, output }).toEqual({ code: 2, output: '' });
      expect(failure).toMatch(message);
    });

    it('--help says how', async () => {
      expect(await agent(['--help'])).toMatchObject({ code: 0, output: expect.stringContaining('Exit code') });
    });
  });
});

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly failure: string;
}

async function newAgent(): Promise<string> {
  const parent = mkdtempSync(join(tmpdir(), 'parley-agent-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  const folder = join(parent, 'desk');
  expect(await command(['new', folder])).toMatchObject({ code: 0 });
  return folder;
}

/** The command without a process of its own. */
async function command(args: readonly string[]): Promise<Outcome> {
  const told = { output: '', failure: '' };
  const code = await runAgentCommand(args, {
    input: Readable.from([]),
    write: (text) => {
      told.output += text;
    },
    fail: (text) => {
      told.failure += text;
    },
  });
  return { code, ...told };
}

/** The command as a process of its own, with the lines that somebody types into it. */
function agent(args: readonly string[], typed = ''): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], { timeout: 30_000 }, (_, output, failure) =>
      resolve({ code: child.exitCode ?? -1, output, failure }),
    );
    child.stdin?.end(typed);
  });
}
