import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { check } from './check.ts';

/* What newcomers copy from the documentation must be right: its YAML is put together to the agent that it describes, and checked. */

const agentYaml = block('flows.md', 'format: 1');
const booking = `nodes:
  start: { type: start, next: ask }
${indented(block('flows.md', 'ask:\n'))}
  confirm: { type: confirm, text: Shall I book it?, corrects: ask, yes: book, no: done }
${indented(block('integrations.md', '# in a flow').replace(/^#.*\n/, ''))}
  booked: { type: say, text: ${block('flows.md', 'text: ').replace('text: ', '').trim()}, next: done }
  taken: { type: say, text: That has just gone., next: done }
  not_booked: { type: say, text: I could not book it., next: done }
  done: { type: return }
`;
const pat = {
  'agent.yaml': agentYaml,
  'training/en.yaml': `${block('flows.md', 'book: ')}
cancel: [cancel that, never mind, forget it]
help: [what can you do, help me, how does this work]
human: [a person please, let me talk to somebody, operator]
goodbye: [goodbye, bye bye, see you]
nothing_more: [that's all, nothing else, no thanks]
`,
  'lists/jobs.yaml': block('flows.md', '- { value: tap'),
  'flows/main.yaml': block('flows.md', 'nodes:'),
  'flows/booking.yaml': booking.replace('tool: find_free_times', 'tool: diary_free_times'),
  'flows/hours.yaml':
    'nodes: { start: { type: start, next: tell }, tell: { type: say, text: Always., next: done }, done: { type: return } }\n',
  'integrations/diary.yaml': block('integrations.md', '# integrations/diary.yaml'),
};

it('the plumber of docs/flows.md and docs/integrations.md has nothing wrong with it', async () => {
  const { code, told } = await checked(pat);
  expect(told).toBe('Pat the plumber can run: 3 flows with 15 nodes, 7 intents, 5 slots.\n');
  expect(code).toBe(0);
});

it('the agent that is a model throughout, of docs/agents.md, has nothing wrong with it', async () => {
  const talk = block('agents.md', 'nodes:');
  const ways = '  bye: { type: end, text: Goodbye. }\n  sorry: { type: end, text: Sorry. }\n';
  const { code, told } = await checked({ ...pat, 'flows/main.yaml': talk + ways });
  expect(told).toMatch(/^Pat the plumber can run: /);
  expect(code).toBe(0);
});

it('what the page says about quotes is so', async () => {
  const unquoted = pat['training/en.yaml'].replace('"can you fix {job} on Sundays"', 'can you fix {job} on Sundays');
  await expect(checked({ ...pat, 'training/en.yaml': unquoted })).rejects.toThrow(/needs quotes/);
});

async function checked(files: Readonly<Record<string, string>>): Promise<{ code: number; told: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-docs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  let told = '';
  const tell = (text: string) => {
    told += text;
  };
  const code = await check(folder, { input: process.stdin, write: tell, fail: tell });
  return { code, told };
}

/** The block of YAML in the page that begins so. */
function block(page: string, beginning: string): string {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = '']) => yaml);
  const found = blocks.filter((yaml) => yaml.startsWith(beginning));
  if (found.length !== 1) throw new Error(`${found.length} blocks of docs/${page} begin with ${beginning}`);
  return found[0] ?? '';
}

function indented(yaml: string): string {
  return yaml.trimEnd().replace(/^/gm, '  ');
}
