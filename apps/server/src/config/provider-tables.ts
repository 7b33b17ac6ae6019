import type { Languages } from '@parley/speech/provider/languages.ts';
import type { Provider } from '@parley/speech/provider/provider.ts';
import { listEngines, providers } from '@parley/speech/registry.ts';
import { z } from 'zod';
import { describeSettings } from './describe-settings.ts';

/** The tables of docs/providers.md by the names of their places in it: what each provider can do, from its own definition. */
export function providerTables(): Readonly<Record<string, string>> {
  return {
    recognisers: table(
      [
        'engine',
        'what',
        'languages',
        'partials',
        'word times',
        'ends turns',
        'vocabulary',
        "telephone's own sound",
        'options',
      ],
      listEngines('recognizer').map(({ name, engine }) => {
        const { partials, wordTimes, turnEvents, vocabulary, phoneAudio } = engine.abilities;
        return [
          code(name),
          engine.title,
          languagesOf(engine),
          yes(partials),
          yes(wordTimes),
          yes(turnEvents),
          vocabulary === 'none' ? '' : vocabulary.replace('-', ' '),
          yes(phoneAudio),
          optionsOf(engine.options),
        ];
      }),
    ),
    voices: table(
      ['engine', 'what', 'languages', 'word times', 'SSML', 'carries melody on', "telephone's own sound", 'options'],
      listEngines('synthesizer').map(({ name, engine }) => {
        const { wordTimes, ssml, stitching, phoneAudio } = engine.abilities;
        return [
          code(name),
          engine.title,
          languagesOf(engine),
          yes(wordTimes),
          yes(ssml),
          yes(stitching),
          yes(phoneAudio),
          optionsOf(engine.options),
        ];
      }),
    ),
    models: table(
      ['engine', 'what', 'options'],
      listEngines('languageModel').map(({ name, engine }) => [code(name), engine.title, optionsOf(engine.options)]),
    ),
    settings: table(
      ['provider', 'setting', ''],
      providers.flatMap((provider) => settingRows(provider)),
    ),
  };
}

/**
 * The page with its tables as they are now. A table stands between `<!-- table NAME -->` and `<!-- end -->`.
 * @throws Error for a place whose table there is not
 */
export function withProviderTables(page: string): string {
  const tables = providerTables();
  return page.replace(
    /(<!-- table (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const found = tables[name];
      if (found === undefined) throw new Error(`There is no table "${name}".`);
      return `${begin}\n${found}\n\n${end}`;
    },
  );
}

function settingRows({ title, settings }: Provider): readonly (readonly string[])[] {
  return describeSettings({ title, shape: settings }).map(({ name, description, defaultText }) => [
    title,
    code(name),
    `${description}${defaultText === undefined ? '' : ` Default: ${defaultText}.`}`,
  ]);
}

function languagesOf({ languagesOf: of }: { languagesOf(options: unknown): Languages }): string {
  try {
    const languages = of({});
    return languages === 'any' ? 'as installed' : [...languages].toSorted().join(' ');
  } catch {
    // It cannot do without options: a folder, an address.
    return 'as installed';
  }
}

const objectSchema = z.object({ properties: z.record(z.string(), z.unknown()).optional() });

function optionsOf(options: z.ZodType): string {
  const { properties = {} } = objectSchema.parse(z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }));
  return Object.keys(properties).map(code).join(' ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function yes(can: boolean): string {
  return can ? 'yes' : '';
}
