import {
  type Metadata,
  Metadata as MetadataOf,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import type { Brain, Listener } from '../brain.ts';
import { type FakeVendor, fakeKey, type Strike } from '../fake-vendor.ts';
import { type Faults, noFaults, parseFaults } from '../faults.ts';
import { createJournal, type Journal } from '../journal.ts';
import { createOutgoing, type Outgoing, type OutgoingLine } from '../wire/outgoing.ts';
import { type LoopbackFront, openFront } from './loopback-front.ts';
import { codeOfStatus, deployedLanguages, type Refusal, refusalOf, resultOf } from './riva-answers.ts';
import { type AudioDecoder, createAudioDecoder } from './riva-audio.ts';
import { loadRivaService, type RivaService, type ServiceConfig } from './riva-service.ts';

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

interface House {
  readonly brain: Brain;
  readonly service: RivaService;
  readonly journal: Journal;
  /** Under way. */
  readonly calls: Set<{ strike(how: Strike): void }>;
  /** How often each text of faults was asked for. */
  readonly faultCounts: Map<string, number>;
  front: LoopbackFront | undefined;
  nextSocket: number;
}

function createHouse(brain: Brain): House {
  return {
    brain,
    service: loadRivaService(),
    journal: createJournal(),
    calls: new Set(),
    faultCounts: new Map(),
    front: undefined,
    nextSocket: 1,
  };
}

/** Messages are read and written here, so that broken ones can be. */
const asBytes = (bytes: Buffer) => bytes;

async function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

/** A call of either kind, as far as faults, keys and the journal go. */
interface Accepted {
  readonly socket: number;
  readonly faults: Faults;
  readonly out: Outgoing;
  /** It is over, well or not. */
  over(): void;
}

/** @returns undefined when it was refused */
function accept(
  house: House,
  call: { readonly metadata: Metadata; getPeer(): string },
  path: string,
  body: unknown,
  line: Omit<OutgoingLine, 'cut' | 'freeze'>,
  refuse: (refusal: Refusal, metadata?: Metadata) => void,
): Accepted | undefined {
  const socket = house.nextSocket;
  house.nextSocket += 1;
  const headers = Object.fromEntries(
    Object.entries(call.metadata.getMap()).map(([key, value]) => [key, String(value)]),
  );
  house.journal.add({ type: 'request', method: 'POST', path, query: {}, headers, body });
  const faults = faultsOf(house, headers['function-id'] ?? '');
  if (faults === undefined) {
    refuse({ code: status.INVALID_ARGUMENT, details: 'There is no such fault: see faults.ts.' });
    return undefined;
  }
  if (headers.authorization !== `Bearer ${fakeKey}`) {
    refuse({ code: status.UNAUTHENTICATED, details: 'invalid credentials' });
    return undefined;
  }
  if (faults.status !== undefined) {
    const metadata = new MetadataOf();
    if (faults.retryAfterSeconds !== undefined) {
      metadata.set('grpc-retry-pushback-ms', String(faults.retryAfterSeconds * 1000));
    }
    refuse({ code: codeOfStatus(faults.status), details: `The fault asked for ${faults.status}.` }, metadata);
    return undefined;
  }
  const peerPort = Number(/:(\d+)$/.exec(call.getPeer())?.[1]);
  const out = createOutgoing(
    { ...line, cut: () => house.front?.cut(peerPort), freeze: () => house.front?.freeze(peerPort) },
    faults,
  );
  const entry = { strike: out.strike };
  house.calls.add(entry);
  return {
    socket,
    faults,
    out,
    over() {
      if (!house.calls.delete(entry)) return;
      out.drop();
      house.journal.add({ type: 'closed', socket, code: 0 });
    },
  };
}

function faultsOf(house: House, functionId: string): Faults | undefined {
  if (!functionId.startsWith('fault=')) return noFaults;
  try {
    const faults = parseFaults(functionId.slice('fault='.length));
    const count = (house.faultCounts.get(functionId) ?? 0) + 1;
    if (house.faultCounts.size < 10_000) house.faultCounts.set(functionId, count);
    return count <= faults.times ? faults : noFaults;
  } catch {
    return undefined;
  }
}

/** What no decoder takes for a message: a field whose length is beyond the end. */
const garbage = Buffer.from([0x0a, 0xff, 0x01, 0x02]);

function serveStream(house: House, call: ServerDuplexStream<Buffer, Buffer>): void {
  const { streaming } = house.service;
  const refuse = ({ code, details }: Refusal, metadata?: Metadata) =>
    call.emit('error', { code, details, ...(metadata !== undefined && { metadata }) });
  const accepted = accept(
    house,
    call,
    streaming.path,
    undefined,
    {
      send: (data, sent) => call.write(Buffer.from(data), () => sent()),
      end: () => call.end(),
      garble: () => call.write(garbage),
    },
    refuse,
  );
  call.on('error', () => {});
  if (accepted === undefined) return void call.resume();
  const { out, socket } = accepted;
  let hearing:
    | { readonly config: ServiceConfig; readonly decoder: AudioDecoder; readonly listener: Listener }
    | undefined;
  let isInterim = false;
  let samplesHeard = 0;
  let partial = '';
  const over = () => {
    hearing?.listener.close();
    accepted.over();
  };
  const send = (result: ReturnType<typeof resultOf>[number], isFinal: boolean) =>
    out.send(streaming.write({ results: [{ ...result, is_final: isFinal, stability: isFinal ? 0 : 0.1 }] }));
  const hear = (samples: Int16Array) => {
    if (hearing === undefined) return;
    samplesHeard += samples.length;
    hearing.listener.write(samples);
    if (!isInterim || hearing.listener.partial === partial) return;
    partial = hearing.listener.partial;
    if (partial === '') return;
    // Tentative results have neither words nor a confidence.
    const alternatives = [{ transcript: partial, confidence: 0, words: [] }];
    send({ alternatives, audio_processed: samplesHeard / 16_000 }, false);
  };
  const refuseLate = (refusal: Refusal) =>
    out.inTurn(() => {
      over();
      refuse(refusal);
    });

  call.on('data', (bytes: Buffer) => {
    const { raw, understood } = streaming.read(bytes);
    if (understood.audio_content !== undefined) {
      house.journal.add({ type: 'audio', socket, bytes: understood.audio_content.length });
      if (hearing === undefined)
        return refuseLate({ code: status.INVALID_ARGUMENT, details: 'Error: no configuration' });
      return hear(hearing.decoder.decode(understood.audio_content));
    }
    house.journal.add({ type: 'message', socket, body: raw });
    const config = understood.streaming_config?.config;
    const refusal = refusalOf(config, 'online');
    const decoder = config === null || config === undefined ? undefined : createAudioDecoder(config);
    if (refusal !== undefined || config === null || config === undefined) return refuseLate(refusal ?? noDecoder);
    if (decoder === undefined) return refuseLate(noDecoder);
    isInterim = understood.streaming_config?.interim_results ?? false;
    hearing = { config, decoder, listener: house.brain.listen(config.language_code) };
  });
  call.on('end', () => {
    if (hearing === undefined) return over();
    const { listener, decoder, config } = hearing;
    hear(decoder.flush());
    listener.end().then(
      (heard) => {
        for (const result of resultOf(heard, config, samplesHeard / 16_000)) send(result, true);
        out.end();
      },
      (error: unknown) => refuseLate({ code: status.INTERNAL, details: String(error) }),
    );
  });
  call.on('finish', over);
  call.on('cancelled', over);
}

const noDecoder: Refusal = {
  code: status.INVALID_ARGUMENT,
  details: 'Error: Unsupported audio encoding or sample rate',
};

function serveRecognize(house: House, call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void {
  const { recognize } = house.service;
  const { raw, understood } = recognize.read(call.request);
  let sendAnswer: (bytes: Buffer) => void = () => {};
  const refuse = ({ code, details }: Refusal, metadata?: Metadata) =>
    answer({ code, details, ...(metadata !== undefined && { metadata }) });
  const accepted = accept(
    house,
    call,
    recognize.path,
    { ...Object(raw), audio: understood.audio.length },
    {
      send(data, sent) {
        sendAnswer(Buffer.from(data));
        sent();
      },
      end: () => {},
      garble: () => sendAnswer(garbage),
    },
    refuse,
  );
  if (accepted === undefined) return;
  const { out, over, socket } = accepted;
  let isAnswered = false;
  sendAnswer = (bytes) => {
    if (isAnswered) return;
    isAnswered = true;
    answer(null, bytes);
    over();
  };
  const refuseLate = (refusal: Refusal) =>
    out.inTurn(() => {
      over();
      refuse(refusal);
    });
  call.on('cancelled', over);
  house.journal.add({ type: 'audio', socket, bytes: understood.audio.length });
  const { config } = understood;
  const refusal = refusalOf(config, 'offline');
  const decoder = config === null || config === undefined ? undefined : createAudioDecoder(config);
  if (refusal !== undefined || config === null || config === undefined || decoder === undefined) {
    return refuseLate(refusal ?? noDecoder);
  }
  const listener = house.brain.listen(config.language_code);
  const parts = [decoder.decode(understood.audio), decoder.flush()];
  for (const part of parts) listener.write(part);
  const seconds = parts.reduce((sum, { length }) => sum + length, 0) / 16_000;
  listener
    .end()
    .then(
      (heard) => out.send(recognize.write({ results: resultOf(heard, config, seconds) })),
      (error: unknown) => refuseLate({ code: status.INTERNAL, details: String(error) }),
    )
    .finally(() => listener.close());
}

/** What is deployed, as `verify` asks for it. */
function serveConfig(house: House, call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void {
  const { config } = house.service;
  const refuse = ({ code, details }: Refusal, metadata?: Metadata) =>
    answer({ code, details, ...(metadata !== undefined && { metadata }) });
  const { raw } = config.read(call.request);
  let isAnswered = false;
  const sendAnswer = (bytes: Buffer) => {
    if (!isAnswered) answer(null, bytes);
    isAnswered = true;
  };
  const accepted = accept(
    house,
    call,
    config.path,
    raw,
    {
      send(data, sent) {
        sendAnswer(Buffer.from(data));
        sent();
      },
      end: () => {},
      garble: () => sendAnswer(garbage),
    },
    refuse,
  );
  if (accepted === undefined) return;
  call.on('cancelled', accepted.over);
  const models = deployedLanguages.flatMap((language_code) =>
    ['online', 'offline'].map((type) => ({
      model_name: `fake-${language_code.toLowerCase()}-${type}`,
      parameters: { language_code, type, sample_rate: '16000' },
    })),
  );
  accepted.out.send(config.write({ model_config: models }));
  accepted.out.inTurn(accepted.over);
}
