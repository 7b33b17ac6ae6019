import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AnyTool } from '@parley/dialogue/tools/tool.ts';
import { parse } from 'yaml';
import { type IntegrationParts, type OpenIntegration, openIntegration } from './create-integration.ts';
import { type IntegrationInput, integrationSchema } from './definition.ts';
import { IntegrationError } from './errors.ts';

/** As much as a person writes in a file. */
const maxFileBytes = 1_000_000;
const maxFiles = 100;

/**
 * The integrations of an agent's folder: each file of its `integrations/` holds one, in YAML. None, if there is no such folder.
 *
 * @throws IntegrationError `definition_invalid`, naming the file
 */
export async function openFolderIntegrations(folder: string, parts: IntegrationParts): Promise<OpenIntegration> {
  const opened: OpenIntegration[] = [];
  const close = async () => {
    await Promise.all(opened.map((integration) => integration.close()));
  };
  try {
    for (const file of await filesIn(join(folder, 'integrations'))) {
      opened.push(openIntegration(await readDefinition(file), parts));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const tools: readonly AnyTool[] = opened.flatMap((integration) => integration.tools);
  return { tools, close };
}

/** The names of an agent's tools, read without opening anything; for checks. */
export async function toolNamesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const file of await filesIn(join(folder, 'integrations'))) {
    const read = integrationSchema.safeParse(await readDefinition(file));
    if (!read.success) throw invalid(file, read.error.issues[0]?.message ?? 'it is not as integrations are');
    names.push(...read.data.operations.map(({ name }) => `${read.data.id}_${name}`));
  }
  return names;
}

async function filesIn(path: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(path);
  } catch {
    return [];
  }
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  if (files.length > maxFiles) throw invalid(path, `there are more than ${maxFiles} files`);
  return files.map((name) => join(path, name));
}

/** What it is made of is checked when it is opened. */
async function readDefinition(file: string): Promise<IntegrationInput> {
  if ((await stat(file)).size > maxFileBytes) throw invalid(file, `it has more than ${maxFileBytes} bytes`);
  let value: unknown;
  try {
    value = parse(await readFile(file, 'utf8'), { maxAliasCount: 50 });
  } catch (error) {
    throw invalid(file, error instanceof Error ? error.message : String(error));
  }
  const read = integrationSchema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw invalid(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is not as integrations are'}`);
  }
  return read.data;
}

function invalid(file: string, reason: string): IntegrationError {
  return new IntegrationError('definition_invalid', {
    integration: basename(file),
    operation: 'file',
    reason: `${file}: ${reason}.`,
  });
}
