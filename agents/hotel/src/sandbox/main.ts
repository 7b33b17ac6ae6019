import { parseArgs } from 'node:util';
import { startHotelSandbox } from './sandbox-server.ts';

/** Runs the sandbox hotel until it is interrupted: `node agents/hotel/src/sandbox/main.ts --port 4010 --seed 7`. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4010' },
    seed: { type: 'string', default: '1' },
    'api-key': { type: 'string', default: 'sandbox' },
  },
});
const port = wholeNumber('port', values.port, 65_535);
const hotel = await startHotelSandbox({
  port,
  seed: wholeNumber('seed', values.seed, 4_294_967_295),
  apiKey: values['api-key'],
});
process.stdout.write(`Sandbox hotel at ${hotel.url}, API key ${hotel.apiKey}. Some of its guests:\n`);
for (const one of hotel.inventory.confirmed().slice(0, 5)) {
  process.stdout.write(`  ${one.number} ${one.guestLastName}, ${one.roomType}, ${one.arrival} to ${one.departure}\n`);
}
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => void hotel.close());

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > most) {
    process.stderr.write(`--${name} must be a whole number up to ${most}, not "${text}"\n`);
    process.exit(2);
  }
  return value;
}
