import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Over } from '@parley/conversation-tests/step.ts';
import { UsageError } from '../call-command.ts';

export const help = `Hold conversations that are written as tests, and say which went as they should.

  npm run conversations -- agents/receptionist/conversations/*.yaml

  FILES                   conversations in YAML; see docs/conversation-tests.md
  --over WAY              virtual: in virtual time, without a server (default)
                          chat:    typed to a server
                          audio:   spoken to a server over WebRTC
  --url URL               the server for chat and audio; otherwise one is started with an empty database
  --json                  one JSON object a conversation instead of text
  --junit FILE            also write the results for CI systems
  --schema                print the format as JSON schema, for editors
  --help

Exit code: 0 all went as they should, 1 some did not, 2 a file or the command line is wrong.
`;

export interface ConversationsCommand {
  /** Absolute, beside how they were written. */
  readonly files: readonly { readonly path: string; readonly shown: string }[];
  readonly over: Over;
  readonly url: string | undefined;
  readonly json: boolean;
  readonly junitPath: string | undefined;
}

/**
 * Reads the command line; paths are relative to `folder`.
 * @throws UsageError
 */
export function readConversationsCommand(
  args: readonly string[],
  folder: string,
): ConversationsCommand | 'help' | 'schema' {
  const { values, positionals } = parse(args);
  if (values.help === true) return 'help';
  if (values.schema === true) return 'schema';
  if (positionals.length === 0) {
    throw new UsageError(
      'Name the files: npm run conversations -- agents/receptionist/conversations/*.yaml (--help for more).',
    );
  }
  const over = ways.find((way) => way === (values.over ?? 'virtual'));
  if (over === undefined) throw new UsageError(`--over is one of ${ways.join(', ')}, not "${values.over}".`);
  if (values.url !== undefined && over === 'virtual') {
    throw new UsageError('--url needs --over chat or --over audio: in virtual time there is no server.');
  }
  if (values.url !== undefined && !/^https?:\/\//.test(values.url)) {
    throw new UsageError(`--url needs an address such as http://localhost:8080, not "${values.url}".`);
  }
  return {
    files: positionals.map((shown) => ({ shown, path: resolve(folder, shown) })),
    over,
    url: values.url,
    json: values.json === true,
    junitPath: values.junit === undefined ? undefined : resolve(folder, values.junit),
  };
}

const ways: readonly Over[] = ['virtual', 'chat', 'audio'];

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        over: { type: 'string' },
        url: { type: 'string' },
        json: { type: 'boolean' },
        junit: { type: 'string' },
        schema: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} (--help shows what there is.)`);
  }
}
