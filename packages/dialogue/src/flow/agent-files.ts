import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { languageSchema, nameSchema } from '@parley/contract/flow/parts.ts';
import { type FilePlace, invalid, parseYaml, type YamlFile } from './files/yaml-file.ts';
import { FlowError } from './flow-error.ts';
import type { Problem } from './validation/problem.ts';

/** As much as a person writes in a file; more is data, and belongs behind a tool. */
const maxFileBytes = 2_000_000;
const maxFolderBytes = 20_000_000;
/** Of each kind. */
const maxFiles = 500;

/** An agent that was put together from its files. */
export interface AgentFolder {
  /** To be given to `validateAgent`. */
  readonly definition: unknown;
  /** Where in the files the problem is. */
  locate(problem: Pick<Problem, 'flow' | 'node' | 'field'>): FilePlace;
}

/**
 * The definition of an agent from its folder: `agent.yaml`, and beside it, as far as they are not written there,
 * `flows/NAME.yaml`, `lists/NAME.yaml` and `training/LANGUAGE.yaml` (lists of examples by intent).
 *
 * @throws FlowError `folder_invalid`, `file_too_large`, `file_invalid`
 */
export async function readAgentFolder(path: string): Promise<unknown> {
  return (await openAgentFolder(path)).definition;
}

/** The same, with a memory of the files: what `validateAgent` finds can be shown where it was written. */
export async function openAgentFolder(path: string): Promise<AgentFolder> {
  const budget = { bytesLeft: maxFolderBytes };
  const main = await readYaml(path, 'agent.yaml', budget);
  if (!isRecord(main.value)) throw invalid(main.locate([]), 'it is no map of fields');
  const flows = await readKind(path, 'flows', nameSchema.safeParse.bind(nameSchema), budget);
  const lists = await readKind(path, 'lists', nameSchema.safeParse.bind(nameSchema), budget);
  const training = await readKind(path, 'training', languageSchema.safeParse.bind(languageSchema), budget);
  const definition = {
    ...main.value,
    ...merged(main, main.value, 'flows', flows),
    ...merged(main, main.value, 'lists', lists),
    ...withTraining(main.value, training),
  };
  return {
    definition,
    locate: ({ flow, node, field }) => {
      const below = field === '' ? [] : field.split('.');
      const inFlow = flow === undefined ? [] : [...(node === undefined ? [] : ['nodes', node]), ...below];
      if (flow === undefined) return locateOutside(main, lists, training, below);
      return flows.get(flow)?.locate(inFlow) ?? main.locate(['flows', flow, ...inFlow]);
    },
  };
}

type Files = ReadonlyMap<string, YamlFile>;

async function readKind(
  folder: string,
  kind: string,
  check: (name: string) => { readonly success: boolean },
  budget: { bytesLeft: number },
): Promise<Files> {
  const names = (await namesIn(join(folder, kind))).filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.'));
  if (names.length > maxFiles) {
    throw new FlowError('folder_invalid', { field: kind, reason: `it has more than ${maxFiles} files` });
  }
  const files = new Map<string, YamlFile>();
  for (const file of names.sort()) {
    const name = basename(file).replace(/\.ya?ml$/, '');
    const place = { file: `${kind}/${file}`, line: 1, column: 1 };
    if (!check(name).success) {
      throw invalid(
        place,
        kind === 'training' ? 'a file of examples is named by its language' : 'no name can be like that',
      );
    }
    if (files.has(name)) throw invalid(place, `there is another file for ${name}`);
    files.set(name, await readYaml(folder, `${kind}/${file}`, budget));
  }
  return files;
}

/** The names in the folder; none if there is no such folder. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw new FlowError('folder_invalid', { reason: `${folder} cannot be read` }, { cause: error });
  }
}

async function readYaml(folder: string, name: string, budget: { bytesLeft: number }): Promise<YamlFile> {
  const path = join(folder, name);
  try {
    // Asked before it is read: a file that is too large is not to be in memory.
    const { size } = await stat(path);
    budget.bytesLeft -= size;
    if (size > maxFileBytes || budget.bytesLeft < 0) {
      const limit = size > maxFileBytes ? `${maxFileBytes} bytes` : `${maxFolderBytes} bytes with the others`;
      throw new FlowError('file_too_large', { field: name, reason: `it has more than ${limit}` });
    }
    return parseYaml(name, await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof FlowError) throw error;
    const reason = isMissing(error) ? `there is no ${path}` : `${path} cannot be read`;
    throw new FlowError('folder_invalid', { field: name, reason }, { cause: error });
  }
}

function merged(
  main: YamlFile,
  inline: Readonly<Record<string, unknown>>,
  kind: 'flows' | 'lists',
  files: Files,
): Readonly<Record<string, unknown>> {
  if (files.size === 0) return {};
  const own = inline[kind] ?? {};
  if (!isRecord(own)) throw invalid(main.locate([kind]), `${kind} is no map of names`);
  for (const [name, file] of files) {
    if (Object.hasOwn(own, name)) throw invalid(file.locate([]), `agent.yaml has ${name} in its ${kind} already`);
  }
  const fromFiles = Object.fromEntries([...files].map(([name, { value }]) => [name, value]));
  return { [kind]: { ...own, ...fromFiles } };
}

/** The intents with the examples of the files; an intent that only has examples is one too. */
function withTraining(inline: Readonly<Record<string, unknown>>, training: Files): Readonly<Record<string, unknown>> {
  if (training.size === 0) return {};
  const intents = new Map(Object.entries(isRecord(inline.intents) ? inline.intents : {}));
  for (const [language, file] of training) {
    if (!isRecord(file.value)) throw invalid(file.locate([]), 'it is no map of intents');
    for (const [name, examples] of Object.entries(file.value)) {
      const intent = intents.get(name) ?? {};
      if (!isRecord(intent)) throw invalid(file.locate([name]), `the intent ${name} of agent.yaml is no map of fields`);
      const known = isRecord(intent.examples) ? intent.examples : {};
      if (Object.hasOwn(known, language)) {
        throw invalid(file.locate([name]), `agent.yaml has examples of ${name} in ${language} already`);
      }
      intents.set(name, { ...intent, examples: { ...known, [language]: examples } });
    }
  }
  return { intents: Object.fromEntries(intents) };
}

function locateOutside(main: YamlFile, lists: Files, training: Files, field: readonly string[]): FilePlace {
  const [kind, name = '', part, language = '', ...below] = field;
  if (kind === 'lists') {
    const file = lists.get(name);
    if (file !== undefined) return file.locate(field.slice(2));
  }
  if (kind === 'intents' && part === 'examples') {
    const file = training.get(language);
    if (file !== undefined) return file.locate([name, ...below]);
  }
  return main.locate(field);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
