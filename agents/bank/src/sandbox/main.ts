import { parseArgs } from 'node:util';
import { sandboxCustomers } from './sandbox-customers.ts';
import { startBankSandbox } from './sandbox-server.ts';

/** Runs the sandbox bank until it is interrupted: `node agents/bank/src/sandbox/main.ts --port 4020`. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4020' },
    'client-id': { type: 'string', default: 'parley' },
    'client-secret': { type: 'string', default: 'sandbox' },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write(`--port must be a number from 0 to 65535, not "${values.port}"\n`);
  process.exit(2);
}
const bank = await startBankSandbox({ port, clientId: values['client-id'], clientSecret: values['client-secret'] });
process.stdout.write(`Sandbox bank at ${bank.url}, client ${bank.clientId}. Its customers, none of whom exists:\n`);
for (const one of sandboxCustomers) {
  process.stdout.write(
    `  ${one.firstName}: customer number ${one.customerNumber}, PIN ${one.pin}, born ${one.dateOfBirth}\n`,
  );
}
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => void bank.close());
