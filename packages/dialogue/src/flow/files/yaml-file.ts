import { type Document, isMap, isNode, isPair, isSeq, LineCounter, parseDocument } from 'yaml';
import { FlowError } from '../flow-error.ts';

/** Where something stands in a file; both 1-based. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A YAML (or JSON) file that was read: what it holds, and where each thing stands. */
export interface YamlFile {
  /** As errors call it: the path below the agent's folder. */
  readonly name: string;
  readonly value: unknown;
  /** Where the field stands, or the nearest one above it that the file has. */
  locate(path: readonly string[]): FilePlace;
}

/** Aliases may repeat what is written once; without a limit ten lines unfold to gigabytes. */
const maxAliases = 100;

/**
 * Read YAML 1.2, in which JSON is YAML too. Tags of programs' types are not known, keys may not repeat.
 *
 * @throws FlowError `file_invalid`, naming file, line and column
 */
export function parseYaml(name: string, text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  const placeAt = (offset: number): FilePlace => {
    const { line, col } = lines.linePos(offset);
    return { file: name, line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (problem !== undefined)
    throw invalid(placeAt(problem.pos[0]), `${problem.message}${hintFor(text, problem.pos[0])}`, problem);
  return {
    name,
    value: contentsOf(document, name),
    locate: (path) => placeAt(offsetOf(document.contents, path)),
  };
}

/** Braces and commas are YAML's own inside `[…]` and `{…}`, which is no news to it but to most who write examples. */
function hintFor(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset + 1);
  return /[[{].*\{/.test(line) ? ' Within [ ] and { } a text with braces or a comma needs quotes: "fix my {job}".' : '';
}

/** The error of a file, at the place. */
export function invalid({ file, line, column }: FilePlace, reason: string, cause?: unknown): FlowError {
  return new FlowError('file_invalid', { field: `${file}:${line}:${column}`, reason }, { cause });
}

function contentsOf(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    throw invalid({ file, line: 1, column: 1 }, error instanceof Error ? error.message : String(error), error);
  }
}

/** Character at which the field begins; of a field of a map its key. */
function offsetOf(contents: unknown, path: readonly string[]): number {
  let node = contents;
  let offset = isNode(contents) ? (contents.range?.[0] ?? 0) : 0;
  for (const name of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isNode(key) ? key.toJSON() : key) === name);
      if (!isPair(pair)) return offset;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(name)];
      if (!isNode(item)) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else return offset;
  }
  return offset;
}
