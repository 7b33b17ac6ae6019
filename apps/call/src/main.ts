import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConversationFileError } from '@parley/conversation-tests/parse-conversations.ts';
import { encodeWav } from '@parley/engine/audio/wav.ts';
import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import { type CallCommand, help, readCommand, UsageError } from './call-command.ts';
import type { CallResult } from './call-events.ts';
import { type OwnServer, startOwnServer } from './own-server.ts';
import { createCallPrinter } from './print-call.ts';
import { placeCall } from './synthetic-caller.ts';

// npm run call: exit code 0 for a call that went as it should, 1 for one that did not, 2 for a wrong command line.
const stopped = new AbortController();
process.once('SIGINT', () => stopped.abort());
process.once('SIGTERM', () => stopped.abort());

try {
  const command = await readCommand(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  if (command === 'help') process.stdout.write(help);
  else if (command.twilioNumber === undefined) process.exitCode = await run(command, stopped.signal);
  else process.exitCode = await ring(command, command.twilioNumber, stopped.signal);
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof ConversationFileError;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
// The WebRTC library's threads keep a process alive for a minute after its last connection. Output on a pipe is written
// asynchronously: the empty write calls back when all before it is out.
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
process.exit();

async function run(command: CallCommand, signal: AbortSignal): Promise<number> {
  const colours = process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';
  const printer = createCallPrinter((line) => process.stdout.write(`${line}\n`), colours);
  let own: OwnServer | undefined;
  try {
    if (command.url === undefined) {
      if (!command.json) process.stderr.write('Starting a server for this call…\n');
      own = await startOwnServer(signal);
    }
    const result = await placeCall({
      ...command.call,
      url: command.url ?? own?.url ?? '',
      signal,
      onEvent: (event) => {
        if (command.json) process.stdout.write(`${JSON.stringify(event)}\n`);
        else printer.print(event);
      },
    });
    if (command.outDir !== undefined) await save(command.outDir, result);
    if (command.json) process.stdout.write(`${JSON.stringify({ type: 'result', ...withoutAudio(result) })}\n`);
    else printer.summary(result);
    if (command.outDir !== undefined && !command.json) {
      process.stdout.write(`Saved: ${join(command.outDir, 'call.wav')} (caller left, agent right) and call.json\n`);
    }
    if (result.failure === undefined) return 0;
    process.stderr.write(`The call failed: ${result.failure.message}\n`);
    const said = own?.errors() ?? '';
    if (said !== '') process.stderr.write(`The server said:\n${said}\n`);
    return 1;
  } finally {
    await own?.stop();
  }
}

/** Over the telephone, as Twilio brings it. */
async function ring({ url = '', call, json, outDir }: CallCommand, to: string, signal: AbortSignal): Promise<number> {
  const { TWILIO_AUTH_TOKEN: authToken, PUBLIC_URL, TWILIO_ACCOUNT_SID, TWILIO_API_BASE_URL } = process.env;
  if (authToken === undefined) throw new UsageError('--twilio needs TWILIO_AUTH_TOKEN as the server has it.');
  // Other calls need no part of this.
  const { describeTwilioEvent, placeTwilioCall } = await import('./twilio-call.ts');
  const { failure, audio } = await placeTwilioCall({
    url,
    publicUrl: PUBLIC_URL,
    authToken,
    accountSid: TWILIO_ACCOUNT_SID,
    apiBaseUrl: TWILIO_API_BASE_URL,
    to,
    steps: call.steps.map((step) => ('step' in step ? step.step : step)),
    voice: call.voice,
    lingerMs: call.lingerMs ?? 0,
    signal,
    onEvent: (event) => process.stdout.write(`${json ? JSON.stringify(event) : describeTwilioEvent(event)}\n`),
  });
  if (outDir !== undefined) {
    await mkdir(outDir, { recursive: true });
    await writeFile(join(outDir, 'call.wav'), encodeWav([audio.caller, audio.agent], SAMPLE_RATE_HZ));
  }
  if (failure === undefined) return 0;
  process.stderr.write(`The call failed: ${failure}\n`);
  return 1;
}

async function save(folder: string, result: CallResult): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { caller, agent } = result.audio;
  if (caller.length > 0) await writeFile(join(folder, 'call.wav'), encodeWav([caller, agent], SAMPLE_RATE_HZ));
  await writeFile(join(folder, 'call.json'), `${JSON.stringify(withoutAudio(result), null, 2)}\n`);
}

function withoutAudio({ audio: _audio, ...rest }: CallResult): Omit<CallResult, 'audio'> {
  return rest;
}
