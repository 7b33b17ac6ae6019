import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { embeddedVoices } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { type CallStep, parseScript } from './script.ts';
import { type CallOptions, place } from './synthetic-caller.ts';

export const help = `Call the agent with a synthetic caller and show the conversation while it happens.

  npm run call -- --say "I would like to book a haircut" --say "Friday at three pm"

What the caller does, in this order, each when the agent has finished:
  --say TEXT              say this (repeatable)
  --wav FILE              play this recording (repeatable)
  --interrupt-after MS    the next --say or --wav starts this long after the agent began to speak
  --script FILE.yaml      a whole call in a file; see docs/conversation-tests.md

How:
  --url URL               a running server; otherwise one is started with an empty database
  --text                  chat in text instead of audio
  --twilio NUMBER         ring that number of the server of --url as Twilio does; TWILIO_AUTH_TOKEN and PUBLIC_URL as the
                          server has them. What the agent says is heard and not understood: its words are not shown.
  --agent ID              which agent; the server's default otherwise
  --voice NAME            the caller's voice: ${embeddedVoices.map(({ id }) => id).join(', ')} (default rms)
  --noise-db DB           white noise under the caller's voice, dB below full scale, such as -50
  --time-zone ZONE        the caller's, such as Europe/Berlin
  --linger MS             stay on the line so long after the last answer (default 0)

What comes out:
  --out DIR               call.wav (stereo: caller left, agent right) and call.json
  --json                  one JSON object a line instead of text
  --help

Exit code: 0 the call went as it should, 1 it did not, 2 wrong usage.
`;

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface CallCommand {
  readonly url: string | undefined;
  /** The number to ring over the telephone; undefined: the call is by WebRTC or in text. */
  readonly twilioNumber: string | undefined;
  readonly call: Pick<
    CallOptions,
    'steps' | 'never' | 'channel' | 'agentId' | 'timeZone' | 'voice' | 'noiseDbfs' | 'lingerMs'
  >;
  /** Absolute. */
  readonly outDir: string | undefined;
  readonly json: boolean;
}

/**
 * Reads the command line; paths are relative to `folder`.
 * @throws UsageError or ConversationFileError
 */
export async function readCommand(args: readonly string[], folder: string): Promise<CallCommand | 'help'> {
  const { values, tokens } = parse(args);
  if (values.help === true) return 'help';
  const steps: CallStep[] = [];
  let interruptAfterMs: number | undefined;
  // Their order is the order of the call, which `values` does not keep.
  for (const token of tokens) {
    if (token.kind !== 'option' || token.value === undefined) continue;
    if (token.name === 'interrupt-after') interruptAfterMs = number('--interrupt-after', token.value, 0, 60_000);
    if (token.name !== 'say' && token.name !== 'wav') continue;
    if (token.value.trim() === '') throw new UsageError(`--${token.name} needs something to say.`);
    const interrupt = interruptAfterMs === undefined ? {} : { interruptAfterMs };
    steps.push(
      token.name === 'say'
        ? { type: 'say', text: token.value, ...interrupt }
        : { type: 'wav', path: resolve(folder, token.value), ...interrupt },
    );
    interruptAfterMs = undefined;
  }
  if (interruptAfterMs !== undefined) throw new UsageError('--interrupt-after needs a --say or --wav after it.');
  const scriptPath = values.script === undefined ? undefined : resolve(folder, values.script);
  const script = scriptPath === undefined ? undefined : parseScript(await read(scriptPath), scriptPath);
  if (script !== undefined && steps.length > 0) throw new UsageError('Give either --script or --say and --wav.');
  if (script === undefined && steps.length === 0) {
    throw new UsageError(
      'Say what the caller says: npm run call -- --say "I would like to book a haircut" (--help for more).',
    );
  }
  const voice = values.voice ?? script?.voice;
  if (voice !== undefined && !embeddedVoices.some(({ id }) => id === voice)) {
    throw new UsageError(`There is no voice "${voice}": ${embeddedVoices.map(({ id }) => id).join(', ')}.`);
  }
  const noise = values['noise-db'];
  return {
    url: values.url === undefined ? undefined : address(values.url),
    twilioNumber: values.twilio === undefined ? undefined : phoneNumber(values.twilio, values.url),
    call: {
      steps: script?.steps ?? steps.map(place),
      never: script?.never ?? [],
      channel: values.text === true ? 'chat' : 'webrtc',
      agentId: values.agent ?? script?.agent,
      timeZone: values['time-zone'] ?? script?.timeZone,
      voice,
      noiseDbfs: noise === undefined ? script?.noiseDbfs : number('--noise-db', noise, -100, 0),
      lingerMs: values.linger === undefined ? 0 : number('--linger', values.linger, 0, 600_000),
    },
    outDir: values.out === undefined ? undefined : resolve(folder, values.out),
    json: values.json === true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: joinNegative(args),
      tokens: true,
      options: {
        say: { type: 'string', multiple: true },
        wav: { type: 'string', multiple: true },
        'interrupt-after': { type: 'string', multiple: true },
        script: { type: 'string' },
        url: { type: 'string' },
        text: { type: 'boolean' },
        twilio: { type: 'string' },
        agent: { type: 'string' },
        voice: { type: 'string' },
        'noise-db': { type: 'string' },
        'time-zone': { type: 'string' },
        linger: { type: 'string' },
        out: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} (--help shows what there is.)`);
  }
}

/** `--noise-db -50` reads like an option to the parser, and is how a person writes it. */
function joinNegative(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    if (/^-\d/.test(arg) && joined.at(-1) === '--noise-db') joined[joined.length - 1] = `--noise-db=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

function number(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new UsageError(`${option} needs a number from ${least} to ${most}, not "${text}".`);
}

function phoneNumber(text: string, url: string | undefined): string {
  if (!/^\+[1-9]\d{6,14}$/.test(text)) {
    throw new UsageError(`--twilio needs a number such as +35315550100, not "${text}".`);
  }
  if (url === undefined) throw new UsageError('--twilio rings a running server: say which by --url.');
  return text;
}

function address(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.origin;
  throw new UsageError(`--url needs an address such as http://localhost:8080, not "${text}".`);
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError(`The script ${path} cannot be read.`);
  }
}
