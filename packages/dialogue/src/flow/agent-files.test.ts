import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { largeAgent, largeAgentTools } from '../testing/large-agent.ts';
import { smallAgent } from '../testing/small-agent.ts';
import { openAgentFolder, readAgentFolder } from './agent-files.ts';
import { exportAgent, importAgent } from './agent-text.ts';
import { FlowError } from './flow-error.ts';
import { validateAgent } from './validate-agent.ts';

const known = { tools: ['book_table'], hasModel: false };
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const files = {
  'agent.yaml': `
format: 1
id: tables
name: Table booking
languages: [en]
slots:
  date: { type: date }
  area: { type: list, list: areas }
intents:
  book: { flow: booking }
`,
  'flows/main.yaml': `
nodes:
  start: { type: start, next: listen }
  listen: { type: route, text: How can I help? }
`,
  'flows/booking.yaml': `
title: Book a table
nodes:
  start: { type: start, next: details }
  details:
    type: form
    slots:
      - slot: date
        ask: Which day?
      - slot: area
        ask: Where would you like to sit?
    next: done
  done: { type: return }
`,
  'lists/areas.yaml': `
- value: terrace
  names: [the terrace, outside]
`,
  'training/en.yaml': `
book:
  - I want a table
  - a table on {date}
goodbye:
  - that is all
`,
};

async function errorOf(
  changes: Readonly<Record<string, string>>,
): Promise<{ code: string; field: string | undefined; message: string }> {
  try {
    await readAgentFolder(await folderWith({ ...files, ...changes }));
  } catch (error) {
    if (error instanceof FlowError) return { code: error.code, field: error.field, message: error.message };
    throw error;
  }
  throw new Error('the folder was read');
}

describe('an agent in a folder', () => {
  test('is put together from its files', async () => {
    const checked = validateAgent(await readAgentFolder(await folderWith(files)), known);
    expect(checked).toMatchObject({
      kind: 'valid',
      definition: {
        flows: { main: {}, booking: { title: 'Book a table' } },
        lists: { areas: [{ value: 'terrace', names: ['the terrace', 'outside'] }] },
        intents: {
          book: { flow: 'booking', examples: { en: ['I want a table', 'a table on {date}'] } },
          goodbye: { examples: { en: ['that is all'] } },
        },
      },
    });
  });

  test('shows where in its files a problem is', async () => {
    const wrong = files['flows/booking.yaml'].replace('slot: area', 'slot: place');
    const folder = await openAgentFolder(
      await folderWith({
        ...files,
        'flows/booking.yaml': wrong,
        'training/en.yaml': 'book:\n  - I want a table\n  - one on {day}\n',
        'agent.yaml': `${files['agent.yaml']}  late: { flow: nothing, examples: { en: [late] } }\n`,
      }),
    );
    const checked = validateAgent(folder.definition, known);
    const problems = checked.kind === 'invalid' ? checked.problems : [];
    expect(problems.map((problem) => ({ code: problem.code, ...folder.locate(problem) }))).toEqual([
      { code: 'slot_unknown', file: 'training/en.yaml', line: 3, column: 5 },
      { code: 'flow_unknown', file: 'agent.yaml', line: 11, column: 11 },
      { code: 'slot_unknown', file: 'flows/booking.yaml', line: 10, column: 9 },
    ]);
  });

  test('may be in one file', async () => {
    const folder = await folderWith({ 'agent.yaml': JSON.stringify(smallAgent()) });
    expect(await readAgentFolder(folder)).toEqual(smallAgent());
  });
});

describe('files that cannot be read are named with their line', () => {
  test.each<[string, Readonly<Record<string, string>>, string, RegExp]>([
    [
      'a wrong indent',
      { 'flows/main.yaml': 'nodes:\n  start: {}\n bad: 1\n' },
      'file_invalid',
      /^flows\/main\.yaml:3:/,
    ],
    ['the same key twice', { 'agent.yaml': 'id: a\nname: b\nid: c\n' }, 'file_invalid', /^agent\.yaml:3:1$/],
    ['a tag of a program', { 'lists/areas.yaml': '- !!js/function "x"\n' }, 'file_invalid', /^lists\/areas\.yaml:1:/],
    ['text in place of fields', { 'agent.yaml': 'hello' }, 'file_invalid', /^agent\.yaml:1:1$/],
    [
      'examples that are written twice',
      { 'agent.yaml': `${files['agent.yaml']}  goodbye: { examples: { en: [bye] } }\n` },
      'file_invalid',
      /^training\/en\.yaml:5:1$/,
    ],
    [
      'a flow that is written twice',
      { 'agent.yaml': `${files['agent.yaml']}flows: { main: {} }\n` },
      'file_invalid',
      /^flows\/main\.yaml:/,
    ],
    [
      'a file that is named like nothing',
      { 'training/English language.yaml': 'book: []' },
      'file_invalid',
      /^training\/English language\.yaml:1:1$/,
    ],
    [
      'a file that is too large',
      { 'lists/areas.yaml': `# ${'x'.repeat(2_000_000)}\n` },
      'file_too_large',
      /^lists\/areas\.yaml$/,
    ],
  ])('%s', async (_name, changes, code, field) => {
    const error = await errorOf(changes);
    expect(error.code).toBe(code);
    expect(error.field).toMatch(field);
  });

  test('aliases that unfold to gigabytes', async () => {
    const levels = Array.from(
      { length: 20 },
      (_, at) => `l${at + 1}: &l${at + 1} [${'*lX,'.replace('X', String(at)).repeat(9)}]`,
    );
    const error = await errorOf({ 'agent.yaml': `l0: &l0 [x]\n${levels.join('\n')}\n` });
    expect(error.code).toBe('file_invalid');
  });

  test('a folder without an agent', async () => {
    const folder = await folderWith({ 'README.md': 'nothing' });
    await expect(readAgentFolder(folder)).rejects.toThrow(/there is no .*agent\.yaml/);
  });
});

describe('export and import', () => {
  const definitionOf = (input: unknown, tools: readonly string[]) => {
    const checked = validateAgent(input, { tools, hasModel: false });
    if (checked.kind === 'invalid') throw new Error(checked.problems[0]?.message);
    return checked.definition;
  };

  test.each([
    ['a small agent', smallAgent(), ['book_table']],
    ['a larger agent', largeAgent({ flows: 5, nodesPerFlow: 40 }), largeAgentTools],
    ['a very large agent', largeAgent({ flows: 25, nodesPerFlow: 200 }), largeAgentTools],
  ])('%s comes back as it was, and is written the same again', (_name, agent, tools) => {
    const definition = definitionOf(agent, tools);
    const text = exportAgent(definition);
    const again = definitionOf(importAgent(text), tools);
    expect(again).toEqual(definition);
    expect(exportAgent(again)).toBe(text);
    expect(importAgent(JSON.stringify(definition))).toEqual(definition);
  });

  test('the text does not depend on the order in which things were written', () => {
    const reversed = (value: unknown): unknown =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(Object.entries(value).reverse());
    const agent = smallAgent();
    const shuffled = {
      ...agent,
      slots: reversed(agent.slots),
      flows: Object.fromEntries(
        Object.entries(agent.flows)
          .reverse()
          .map(([name, flow]) => [name, { nodes: reversed(flow.nodes) }]),
      ),
    };
    expect(exportAgent(definitionOf(shuffled, ['book_table']))).toBe(exportAgent(definitionOf(agent, ['book_table'])));
  });

  test('nodes stand in the order of the conversation', () => {
    const text = exportAgent(definitionOf(smallAgent(), ['book_table']));
    const at = ['main:', 'booking:', 'details:', 'check:', 'book:', 'booked:', 'done:', 'sorry:'].map((name) =>
      text.indexOf(`\n${name === 'main:' || name === 'booking:' ? '  ' : '      '}${name}`, text.indexOf('\nflows:')),
    );
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at).not.toContain(-1);
  });

  test('what is no agent text is refused with its line', () => {
    expect(() => importAgent('id: a\nname: [b')).toThrow(/agent:2:/);
    expect(() => importAgent(`# ${'x'.repeat(2_100_000)}`)).toThrow(/file_too_large/);
  });
});
