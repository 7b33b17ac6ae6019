import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { type FakeVendor, fakeKey } from '../fake-vendor.ts';
import { openFront } from './loopback-front.ts';
import { createHouse } from './riva-call.ts';
import { serveStream } from './riva-stream.ts';
import { serveConfig, serveRecognize } from './riva-unary.ts';

/**
 * Riva's speech recognition: a real gRPC server. An address of gRPC has no path that faults could stand in: they come as the function
 * to call, `RIVA_FUNCTION_ID=fault=silent`. A status is told as the gRPC code that stands for it, `retry-after` as pushback.
 */
export const rivaFake: FakeVendor = {
  name: 'riva',
  async start({ port, brain }) {
    const house = createHouse(brain);
    const server = new Server({ 'grpc.max_receive_message_length': 4_194_304 });
    server.register(
      house.service.streaming.path,
      (call: ServerDuplexStream<Buffer, Buffer>) => serveStream(house, call),
      asBytes,
      asBytes,
      'bidi',
    );
    server.register(
      house.service.recognize.path,
      (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => serveRecognize(house, call, answer),
      asBytes,
      asBytes,
      'unary',
    );
    server.register(
      house.service.config.path,
      (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => serveConfig(house, call, answer),
      asBytes,
      asBytes,
      'unary',
    );
    const innerPort = await listen(server);
    house.front = await openFront(port, innerPort).catch((error: unknown) => {
      server.forceShutdown();
      throw error;
    });
    const address = `127.0.0.1:${house.front.port}`;
    return {
      name: 'riva',
      url: `grpc://${address}`,
      environment: { RIVA_URL: `grpc://${address}`, RIVA_API_KEY: fakeKey },
      journal: house.journal,
      get openSockets() {
        return house.calls.size;
      },
      strike(how) {
        if (how !== 'garble') return house.front?.strikeAll(how);
        for (const call of [...house.calls]) call.strike(how);
      },
      async close() {
        server.forceShutdown();
        await house.front?.close();
      },
    };
  },
};

/** Messages are read and written here, so that broken ones can be. */
const asBytes = (bytes: Buffer) => bytes;

async function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}
