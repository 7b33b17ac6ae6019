import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { isBound } from './peer-process.ts';

// Below the ports that the system gives to others (32768 and up), which may have one of them a moment later, and above those of
// well-known services.
const lowest = 10_000;
const beyond = 32_000;

/**
 * A port that is free for UDP and TCP at this address now, and so is the one after it: telephones take that for TLS, whether they
 * are asked to or not.
 */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = evenPort(2);
    const free = await Promise.all(
      [port, port + 1].flatMap((one) => [isTcpFree(address, one), isUdpFree(address, one)]),
    );
    if (free.every(Boolean)) return port;
  }
  throw new Error(`No port of ${address} is free for both UDP and TCP.`);
}

/** The first of `count` UDP ports in a row that are free, an even one as RTP likes them. */
export async function freePortRange(count: number, address = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = evenPort(count);
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isUdpFree(address, first + index)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`No ${count} ports of ${address} in a row are free.`);
}

/** With room for so many behind it. */
function evenPort(count: number): number {
  return lowest + 2 * Math.floor((Math.random() * (beyond - count - lowest)) / 2);
}

async function isTcpFree(address: string, port: number): Promise<boolean> {
  // A connection that ended a moment ago keeps the port from programs that are less forgiving than Node.
  if (await isBound('tcp', address, port)) return false;
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });
}

function isUdpFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, address, () => socket.close(() => resolve(true)));
  });
}
