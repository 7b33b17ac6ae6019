import { z } from 'zod';
import { defineSpeechEngine } from '../provider/define-engine.ts';
import type { Provider } from '../provider/provider.ts';
import { SpeechError } from '../speech-error.ts';
import { bookingScript, readScripts, type Script, scriptNameSchema, scriptsSchema } from './script.ts';
import { createScriptedRecognizer, scriptedRecognizerDefaults } from './scripted-recognizer.ts';
import { createScriptedSynthesizer, scriptedSynthesizerDefaults } from './scripted-synthesizer.ts';

/** The scripts themselves and no path: whoever enters an account must not read the server's files by it. */
const account = z.strictObject({ scripts: scriptsSchema.default({}) });
/** Of the longest call, so that any question of timing can be tried. */
const delayMs = z.coerce.number().min(0).max(60_000).meta({ title: 'Delay in ms' });
const wordMs = z.coerce.number().min(40).max(2000).meta({ title: 'Length of a word in ms' });
const settings = z.object({ SCRIPTED_FOLDER: z.string().optional() });

/** Hears what a script says and speaks in tones: with it the whole server can be put under load, on any channel, without a model. */
export const scriptedProvider: Provider = {
  name: 'scripted',
  title: 'Scripted (for load and tests)',
  settings: {
    SCRIPTED_FOLDER: z.string().min(1).optional().meta({
      description:
        'Folder of scripts for SPEECH=scripted?script=name: name.txt, a line for each thing that the caller says.',
      example: './scripts',
    }),
  },
  account,
  accountOf(given) {
    const { SCRIPTED_FOLDER } = settings.parse(given);
    return { scripts: SCRIPTED_FOLDER === undefined ? {} : readScripts(SCRIPTED_FOLDER) };
  },
  recognizers: {
    scripted: defineSpeechEngine({
      title: 'The lines of a script',
      account,
      options: z.strictObject({
        script: scriptNameSchema.exactOptional().meta({
          title: 'Script',
          description: 'Its name in SCRIPTED_FOLDER. Left out: a booking at the receptionist’s.',
        }),
        delayMs: delayMs.default(scriptedRecognizerDefaults.delayMs),
        wordMs: wordMs.default(scriptedRecognizerDefaults.wordMs),
      }),
      languages: () => 'any' as const,
      abilities: { partials: true, wordTimes: true, turnEvents: false, vocabulary: 'none', phoneAudio: true },
      create: ({ scripts }, { script, ...options }, { clock }) =>
        createScriptedRecognizer(script === undefined ? bookingScript : named(scripts, script), clock, options),
    }),
  },
  synthesizers: {
    scripted: defineSpeechEngine({
      title: 'A tone as long as the words',
      account,
      options: z.strictObject({
        // So that one choice serves for both.
        script: scriptNameSchema.exactOptional(),
        delayMs: delayMs.default(scriptedSynthesizerDefaults.delayMs),
        wordMs: wordMs.default(scriptedSynthesizerDefaults.wordMs),
      }),
      languages: () => 'any' as const,
      abilities: { wordTimes: true, ssml: false, stitching: false, phoneAudio: true },
      create: (_account, { delayMs, wordMs }, { clock }) => createScriptedSynthesizer(clock, { delayMs, wordMs }),
    }),
  },
  languageModels: {},
};

function named(scripts: Readonly<Record<string, Script>>, name: string): Script {
  const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  if (script !== undefined) return script;
  const names = Object.keys(scripts);
  const known = names.length === 0 ? 'Set SCRIPTED_FOLDER to a folder of scripts.' : `These are: ${names.join(', ')}.`;
  throw new SpeechError('options_invalid', `There is no script "${name}". ${known}`);
}
