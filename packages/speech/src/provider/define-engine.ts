import { z } from 'zod';
import { SpeechError } from '../speech-error.ts';
import type { Languages } from './languages.ts';
import type { EngineContext } from './provider.ts';

/** An engine as its folder writes it, its account and options typed. */
interface EngineDefinition<Account, Options, Part> {
  readonly title: string;
  readonly account: z.ZodType<Account>;
  readonly options: z.ZodType<Options>;
  create(account: Account, options: Options, context: EngineContext): Part;
}

/**
 * Checks account and options of an engine before they reach it. What comes out fits `LanguageModelEngine`.
 *
 * Its `create` throws SpeechError `options_invalid`, `account_invalid`.
 */
export function defineEngine<Account, Options, Part>({
  title,
  account,
  options,
  create,
}: EngineDefinition<Account, Options, Part>) {
  return {
    title,
    options,
    create(givenAccount: unknown, givenOptions: unknown, context: EngineContext): Part {
      return create(
        read('account_invalid', title, account, givenAccount),
        read('options_invalid', title, options, givenOptions),
        context,
      );
    },
  };
}

/** As `defineEngine`, for what speaks or hears languages. What comes out fits `RecognizerEngine` or `SynthesizerEngine`. */
export function defineSpeechEngine<Account, Options, Part, Abilities>(
  definition: EngineDefinition<Account, Options, Part> & {
    readonly abilities: Abilities;
    /** Of the options, since models differ. */
    languages(options: Options): Languages;
  },
) {
  const { title, options, abilities, languages } = definition;
  return {
    ...defineEngine(definition),
    abilities,
    /** @throws SpeechError `options_invalid` */
    languagesOf: (given: unknown): Languages => languages(read('options_invalid', title, options, given)),
  };
}

function read<Value>(
  code: 'account_invalid' | 'options_invalid',
  title: string,
  schema: z.ZodType<Value>,
  given: unknown,
): Value {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new SpeechError(code, `${title}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
