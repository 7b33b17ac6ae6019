import type { EngineContext } from '@parley/speech/provider/provider.ts';
import { type Accounts, type EngineChoice, parseEngineChoice } from '@parley/speech/registry.ts';
import {
  type EngineDirectory,
  type EngineMakers,
  type SpeechKind,
  writeEngineChoice,
} from '@parley/speech/router/engine-directory.ts';
import { registryEngines } from '@parley/speech/router/registry-engines.ts';
import { SpeechError } from '@parley/speech/speech-error.ts';
import { StartError } from '../start-errors.ts';

/** This server's own engines as its settings name them, in order of preference. */
export interface OwnEngines {
  readonly recognizers: readonly string[];
  readonly synthesizers: readonly string[];
  readonly accounts: Accounts;
}

/**
 * Makes the server's own engines at its start, so that what is wrong with them is said then and their threads are ready for the first
 * call; they are given to whoever asks for them first. All others are made when they are asked for.
 *
 * @param own takes what must be closed at the end
 * @throws StartError `config_invalid` with the setting's name
 */
export function makeOwnEngines(
  { recognizers, synthesizers, accounts }: OwnEngines,
  context: EngineContext,
  own: (close: () => Promise<void>) => void,
  engines: EngineDirectory & EngineMakers = registryEngines,
): EngineDirectory & EngineMakers {
  const ears = makeAll('RECOGNIZER', recognizers, (choice) => engines.createRecognizer(choice, accounts, context));
  const voices = makeAll('SYNTHESIZER', synthesizers, (choice) => engines.createSynthesizer(choice, accounts, context));
  // Those that nobody took; the router closes the others.
  own(async () => {
    await Promise.all([...ears.values(), ...voices.values()].map((part) => part.close()));
  });
  const isOwn = (kind: SpeechKind, name: string, given: Accounts) => {
    const mine = engines.accountFor(kind, name, accounts);
    return (
      engines.accountFor(kind, name, given) === mine ||
      (isEmpty(mine) && isEmpty(engines.accountFor(kind, name, given)))
    );
  };
  /** Looked for first: for others the server may have no account at all. */
  const readyOne = <Part>(parts: Map<string, Part>, kind: SpeechKind, choice: EngineChoice, given: Accounts) => {
    const id = writeEngineChoice(choice);
    return parts.has(id) && isOwn(kind, choice.name, given) ? take(parts, id) : undefined;
  };
  return {
    findEngine: engines.findEngine,
    accountFor: engines.accountFor,
    enginesFor: engines.enginesFor,
    createRecognizer(choice, given, its) {
      return readyOne(ears, 'recognizer', choice, given) ?? engines.createRecognizer(choice, given, its);
    },
    createSynthesizer(choice, given, its) {
      return readyOne(voices, 'synthesizer', choice, given) ?? engines.createSynthesizer(choice, given, its);
    },
  };

  function makeAll<Part extends { close(): Promise<void> }>(
    setting: string,
    names: readonly string[],
    make: (choice: ReturnType<typeof parseEngineChoice>) => Part,
  ): Map<string, Part> {
    const made = new Map<string, Part>();
    try {
      for (const choice of names.map(parseEngineChoice)) {
        const id = writeEngineChoice(choice);
        if (!made.has(id)) made.set(id, make(choice));
      }
      return made;
    } catch (error) {
      for (const part of made.values()) own(() => part.close());
      throw error instanceof SpeechError ? new StartError('config_invalid', `${setting}: ${error.message}`) : error;
    }
  }
}

function take<Part>(parts: Map<string, Part>, id: string): Part | undefined {
  const part = parts.get(id);
  parts.delete(id);
  return part;
}

/** Of what is on this machine: made anew each time it is asked for. */
function isEmpty(account: unknown): boolean {
  return typeof account === 'object' && account !== null && Object.keys(account).length === 0;
}
