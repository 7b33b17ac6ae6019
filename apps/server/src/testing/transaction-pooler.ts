import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Client } from 'pg';
import type { ConnectionSettings } from '../storage/database.ts';
import { connectTo } from './cuttable-line.ts';

/**
 * A pooler as PgBouncer is in transaction mode, with one connection to the database: whoever begins a transaction has it until that one
 * ends. What a session sets stays on it for the next client; parameters that it does not know are refused at the start.
 */
export interface TransactionPooler {
  /** On 127.0.0.1; any user and password will do. */
  readonly port: number;
  close(): Promise<void>;
}

const knownParameters = new Set(['user', 'database', 'application_name', 'client_encoding']);

/** Answers of PostgreSQL's protocol: signed in; ready for a query, in no transaction. */
const signedIn = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
const ready = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

export async function openTransactionPooler(to: ConnectionSettings): Promise<TransactionPooler> {
  const far = await signIn(to);
  const sockets = new Set<Socket>();
  const waiting: Socket[] = [];
  const unsent = new Map<Socket, Buffer[]>();
  let holder: Socket | undefined;

  const next = () => {
    holder = waiting.shift();
    if (holder === undefined) return;
    for (const chunk of unsent.get(holder) ?? []) far.write(chunk);
    unsent.delete(holder);
  };
  const ask = (client: Socket, chunk: Buffer) => {
    if (holder === client) return void far.write(chunk);
    unsent.set(client, [...(unsent.get(client) ?? []), chunk]);
    if (!waiting.includes(client)) waiting.push(client);
    if (holder === undefined) next();
  };
  const hear = createReader((message) => {
    holder?.write(message);
    if (message.equals(ready)) next();
  });
  far.on('data', hear);

  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => {});
    client.once('data', (startup: Buffer) => {
      const names = startup.subarray(8).toString().split('\0');
      const unknown = names.find((name, at) => at % 2 === 0 && name !== '' && !knownParameters.has(name));
      if (unknown !== undefined) return void client.end(refusal(`unsupported startup parameter: ${unknown}`));
      client.write(Buffer.concat([signedIn, ready]));
      // It takes its leave of the pooler, not of the database.
      client.on('data', (chunk: Buffer) => (chunk[0] === 0x58 ? client.end() : ask(client, chunk)));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      far.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A connection on which somebody has signed in already. */
async function signIn(to: ConnectionSettings): Promise<Socket> {
  let far: Socket | undefined;
  const client = new Client({
    ...to,
    stream: () => {
      const socket = connectTo(to);
      // It is on its way already.
      socket.connect = () => socket;
      far = socket;
      return socket;
    },
  });
  client.on('error', () => {});
  await client.connect();
  if (far === undefined) throw new Error('The client did not ask for a connection.');
  far.removeAllListeners('data');
  return far;
}

/** Cuts what comes into whole messages: a letter, a length, the rest. */
function createReader(onMessage: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5) {
      const length = 1 + rest.readInt32BE(1);
      if (rest.length < length) return;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      onMessage(message);
    }
  };
}

function refusal(text: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C08P01\0M${text}\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + fields.length);
  return Buffer.concat([Buffer.from('E'), length, fields]);
}
