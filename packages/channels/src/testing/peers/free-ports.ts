import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** A port that is free for UDP and TCP at this address now. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const port = await freeTcpPort(address);
    if (await isUdpFree(address, port)) return port;
  }
  throw new Error(`No port of ${address} is free for both UDP and TCP.`);
}

/** The first of `count` UDP ports in a row that are free, an even one as RTP likes them. */
export async function freePortRange(count: number, address = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    // Below the ports that the system gives to others (32768 and up), above those of well-known services.
    const first = 10_000 + 2 * Math.floor(Math.random() * ((32_000 - count - 10_000) / 2));
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isUdpFree(address, first + index)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`No ${count} ports of ${address} in a row are free.`);
}

function freeTcpPort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, address, () => {
      const bound = server.address();
      server.close(() => {
        if (bound !== null && typeof bound === 'object') resolve(bound.port);
        else reject(new Error('The system named no port.'));
      });
    });
  });
}

function isUdpFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, address, () => socket.close(() => resolve(true)));
  });
}
