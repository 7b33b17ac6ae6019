import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nameSchema } from '@parley/contract/flow/parts.ts';
import type { Terminal } from './terminal.ts';

const template = fileURLToPath(new URL('../template', import.meta.url));

/** A small agent that takes messages, with training and a conversation as test: everything that one changes first. */
export async function createFolder(folder: string, terminal: Terminal): Promise<number> {
  const path = resolve(folder);
  const id = basename(path);
  if (!nameSchema.safeParse(id).success) {
    terminal.fail(`"${id}" cannot be an agent's id: begin with a letter, and use letters, digits, _ and - only.\n`);
    return 2;
  }
  await mkdir(path, { recursive: true });
  if ((await readdir(path)).length > 0) {
    terminal.fail(`${path} is not empty. Choose another folder.\n`);
    return 1;
  }
  await cp(template, path, { recursive: true });
  for (const file of ['agent.yaml', 'conversations/message.yaml']) {
    const text = await readFile(join(path, file), 'utf8');
    await writeFile(join(path, file), text.replaceAll('AGENT_ID', id));
  }
  terminal.write(`${path} is an agent. Talk to it: npm run agent -- talk ${folder}\n`);
  return 0;
}
