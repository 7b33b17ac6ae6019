import { join } from 'node:path';
import { defaultAgentId } from './agents/create-agents.ts';
import { withEnvFile } from './config/env-file.ts';
import { type Config, readConfig } from './config.ts';
import { type RunningServer, startServer } from './server.ts';
import { StartError } from './start-errors.ts';

/** Calls by voice may go on for this long after SIGTERM, and their goodbye takes up to 7 s; orchestrators kill after 30 s by default. */
const drainTimeoutMs = 20_000;

/** What telephones call when an address names no port. */
const standardSipPort = 5060;

/** A clean end without a database may hang on it. */
const giveUpTimeoutMs = 10_000;

try {
  const config = readConfig(withEnvFile(process.env));
  let server: RunningServer | undefined;
  server = await startServer(config, {
    report: (line) => process.stdout.write(`${line}\n`),
    onFatal: (message) => void giveUp(message, server),
  });
  const host = config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host;
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`;
  // Before anybody is told that it is ready: whoever waited for that may end it at once.
  stopOnSignals(server, config.drainAnnounceMs);
  process.stdout.write(telephoneLine(server));
  process.stdout.write(`Parley is ready: open ${address} and talk. ${recordLine(config, server, address)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof StartError ? error.message : explain(error)}\n`);
  process.exit(1);
}

/** Whom a softphone calls; nothing where there is no SIP. By address: many telephones ask name servers alone, and none knows localhost. */
function telephoneLine({ sipListening }: RunningServer): string {
  const udp = sipListening.find(({ protocol }) => protocol === 'udp');
  if (udp === undefined) return '';
  const { address, port } = udp;
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
  const at = host.includes(':') ? `[${host}]` : host;
  return `Telephones call sip:${defaultAgentId}@${at}${port === standardSipPort ? '' : `:${port}`}\n`;
}

/** Where the record of all conversations is. What stands on no terminal is kept, and read by others than who started it. */
function recordLine({ printOperatorKey, dataDir }: Config, server: RunningServer, address: string): string {
  const isPrinted =
    printOperatorKey === 'on' || (printOperatorKey === 'auto' && (process.stdout.isTTY || server.isOperatorKeyNew));
  return isPrinted
    ? `Your record of all conversations: ${address}/#key=${server.operatorKey}`
    : `The operator's key is in ${join(dataDir, 'secrets', 'operator-key')}.`;
}

/** The first signal lets balancers find out and calls end, the second does not wait for them. */
function stopOnSignals(server: RunningServer, announceMs: number): void {
  let stopping = false;
  const stop = () => {
    if (stopping) return server.hurry();
    stopping = true;
    if (announceMs > 0) {
      process.stdout.write(
        `Ending: nobody new is let in; answering for ${announceMs / 1000} s more. Press Ctrl-C again to stop now.\n`,
      );
    }
    if (server.voiceCalls > 0) {
      process.stdout.write(`Waiting for ${server.voiceCalls} call(s) to end; press Ctrl-C again to stop now.\n`);
    }
    server.stop(drainTimeoutMs).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${explain(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** Nothing can be stored any more: what runs is left as it is stored, and whoever watches the process starts it again. */
async function giveUp(message: string, server: RunningServer | undefined): Promise<void> {
  process.stderr.write(`${message}\n`);
  setTimeout(() => process.exit(1), giveUpTimeoutMs).unref();
  await server?.stop(0).catch(() => {});
  process.exit(1);
}

function explain(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
