import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { subscribableEventTypes } from '@parley/contract/events.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newWebhookSecret, signBody } from './webhook-signature.ts';

const page = await readFile(new URL('../../../../docs/webhooks.md', import.meta.url), 'utf8');
const hasPython = spawnSync('python3', ['--version']).status === 0;

const secret = newWebhookSecret();
const oldSecret = newWebhookSecret();
const body = JSON.stringify({ type: 'turn_completed', data: { text: 'Chào anh – “table for four”' } });
const now = Date.now();
const good = signBody(body, [secret], now);
/** What a receiver must take and refuse. */
const cases: readonly {
  readonly what: string;
  readonly header: string;
  readonly body: string;
  readonly is: boolean;
}[] = [
  { what: 'what Parley sent', header: good, body, is: true },
  {
    what: 'what Parley signed with two secrets',
    header: signBody(body, [newWebhookSecret(), secret], now),
    body,
    is: true,
  },
  { what: 'another body', header: good, body: body.replace('four', 'five'), is: false },
  { what: 'what another secret signed', header: signBody(body, [oldSecret], now), body, is: false },
  { what: 'what is an hour old', header: signBody(body, [secret], now - 3_600_000), body, is: false },
  {
    what: 'an old one under a new time',
    header: good.replace(/t=\d+/, `t=${Math.floor(now / 1000) + 1}`),
    body,
    is: false,
  },
  { what: 'no signature', header: `t=${Math.floor(now / 1000)}`, body, is: false },
  { what: 'a short signature', header: `${good.slice(0, -2)}`, body, is: false },
  { what: 'nonsense', header: 'hello', body, is: false },
  { what: 'nothing', header: '', body, is: false },
];

describe('the page on webhooks', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-samples-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has a sample in TypeScript that takes what Parley sends and refuses the rest', async () => {
    await writeFile(join(folder, 'sample.ts'), sample('typescript'));
    await writeFile(
      join(folder, 'run.ts'),
      `import { isFromParley } from './sample.ts';
       const { cases, secret } = JSON.parse(process.argv[2] ?? '');
       console.log(JSON.stringify(cases.map((one: { header: string; body: string }) =>
         isFromParley(one.header, Buffer.from(one.body), secret))));`,
    );
    expect(await answers(process.execPath, join(folder, 'run.ts'))).toEqual(cases.map(({ is }) => is));
  });

  it.skipIf(!hasPython)('has one in Python that does the same', async () => {
    await writeFile(join(folder, 'sample.py'), sample('python'));
    await writeFile(
      join(folder, 'run.py'),
      `import json, sys
from sample import is_from_parley
given = json.loads(sys.argv[1])
print(json.dumps([is_from_parley(one["header"], one["body"].encode(), given["secret"]) for one in given["cases"]]))
`,
    );
    expect(await answers('python3', join(folder, 'run.py'))).toEqual(cases.map(({ is }) => is));
  });

  it('names every event that can be subscribed to', () => {
    const named = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(named.toSorted()).toEqual([...subscribableEventTypes, 'webhook_test'].toSorted());
  });
});

function sample(language: string): string {
  const found = new RegExp(`<!-- sample: ${language} -->\\n\`\`\`\\w+\\n([^]*?)\\n\`\`\`\\n`).exec(page)?.[1];
  if (found === undefined) throw new Error(`docs/webhooks.md has no sample in ${language}.`);
  return `${found}\n`;
}

async function answers(program: string, file: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(program, [file, JSON.stringify({ cases, secret })]);
  return JSON.parse(stdout);
}
