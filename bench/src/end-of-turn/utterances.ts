import { readFile } from 'node:fs/promises';

/** What a caller says, in the pieces between the silences inside. */
export interface Utterance {
  readonly language: 'en' | 'vi';
  /** What the agent had asked for; undefined for an open question. */
  readonly expects: string | undefined;
  /** The pieces; `pauseMs` is the silence after one, 0 after the last. */
  readonly pieces: readonly { readonly text: string; readonly pauseMs: number }[];
}

/** The labelled set by which ends of turns are measured, and the smaller one by which delays were chosen. */
export async function readUtterances(set: 'measured' | 'tuning'): Promise<readonly Utterance[]> {
  const languages = ['en', 'vi'] as const;
  const files = languages.map(async (language) => {
    const name = set === 'measured' ? `${language}.txt` : `tuning-${language}.txt`;
    const text = await readFile(new URL(`../../data/end-of-turn/${name}`, import.meta.url), 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => parse(line, language));
  });
  return (await Promise.all(files)).flat();
}

export function textOf({ pieces }: Utterance): string {
  return pieces.map(({ text }) => text).join(' ');
}

/** `[phone] four one five <700> two two oh`. */
function parse(line: string, language: 'en' | 'vi'): Utterance {
  const context = /^\[([a-z-]+)\] /.exec(line);
  const parts = line.slice(context?.[0].length ?? 0).split(/\s*<(\d+)>\s*/);
  const pieces = parts.flatMap((text, index) =>
    index % 2 === 0 ? [{ text: text.trim(), pauseMs: Number(parts[index + 1] ?? 0) }] : [],
  );
  if (pieces.some(({ text, pauseMs }) => text === '' || !Number.isInteger(pauseMs))) {
    throw new Error(`The utterance cannot be read: ${line}`);
  }
  return { language, expects: context?.[1], pieces };
}
