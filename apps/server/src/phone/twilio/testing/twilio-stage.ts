import type { Duplex } from 'node:stream';
import type { PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import type { Talk } from '@parley/channels/phone/talk.ts';
import { WireError } from '@parley/contract/errors.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { withFault } from '@parley/fakes/faults.ts';
import {
  fakeNumber,
  type PlacedCall,
  type RunningTwilio,
  startTwilioFake,
  type TwilioFakeOptions,
} from '@parley/fakes/twilio/twilio-fake.ts';
import Fastify, { type FastifyInstance } from 'fastify';
import { installErrorHandling, toWireError } from '../../../api/errors.ts';
import type { CallNote, OfferedCall, PhoneDesk, Reception, UnansweredOutcome } from '../../phone-desk.ts';
import { createTwilio, type Twilio } from '../create-twilio.ts';
import type { TwilioCallsOptions } from '../twilio-calls.ts';
import type { TwilioTransfersOptions } from '../twilio-transfers.ts';

/** A desk that opens a conversation for each call and keeps its leg for the test to talk on. */
export interface StageDesk extends PhoneDesk {
  readonly offered: OfferedCall[];
  readonly connected: { readonly conversationId: string; readonly leg: PhoneLeg; readonly atMs: number }[];
  readonly givenUp: { readonly conversationId: string; readonly outcome: UnansweredOutcome }[];
  readonly notes: { readonly conversationId: string; readonly note: CallNote }[];
  /** What the next calls get instead of a conversation. */
  refusal: Extract<Reception, { readonly type: 'refused' }>['why'] | undefined;
  /** The database is away. */
  isAway: boolean;
  /** Of whoever would have answered. */
  language: string | undefined;
}

export interface TwilioStage {
  readonly twilio: Twilio;
  readonly fake: RunningTwilio;
  readonly desk: StageDesk;
  readonly app: FastifyInstance;
  /** Where it listens: the fake knows it as `publicUrl`. */
  readonly url: string;
  /** Connections that became streams. */
  readonly sockets: ReadonlySet<Duplex>;
  /** Requests that were not signed. */
  readonly strangers: { readonly count: number };
  readonly errors: { readonly error: unknown; readonly context: string }[];
  call(placed?: Partial<PlacedCall>): ReturnType<RunningTwilio['placeCall']>;
  close(): Promise<void>;
}

export const publicUrl = 'https://agent.example';

/** The routes, streams and REST client of Twilio over real sockets, with a Twilio at the other end. */
export async function createTwilioStage(
  options: Partial<TwilioFakeOptions> & {
    readonly records?: boolean;
    readonly hasAccount?: boolean;
    readonly fault?: string;
    readonly replicaUrl?: string;
    /** The number has a status callback, as it should. */
    readonly tellsStatus?: boolean;
    readonly callsOptions?: TwilioCallsOptions;
    readonly transfersOptions?: Partial<TwilioTransfersOptions>;
  } = {},
): Promise<TwilioStage> {
  const {
    tellsStatus = true,
    records = false,
    hasAccount = true,
    fault,
    replicaUrl,
    callsOptions,
    transfersOptions,
    ...ofFake
  } = options;
  // Filled in when the server listens.
  const reach: Record<string, string> = {};
  const fake = await startTwilioFake({
    port: 0,
    brain: createToneBrain(),
    reach,
    ...ofFake,
  });
  const desk = createStageDesk();
  const strangers = { count: 0 };
  const errors: { error: unknown; context: string }[] = [];
  const twilio = await createTwilio({
    settings: {
      accountSid: hasAccount ? fake.accountSid : undefined,
      authToken: fake.authToken,
      number: fakeNumber,
      apiBaseUrl: fault === undefined ? fake.url : withFault(fake.url, fault),
      replicaUrl,
      records,
    },
    publicUrl,
    desk,
    clock: createSystemClock(),
    language: 'en-US',
    isAlone: true,
    ...(callsOptions !== undefined && { callsOptions }),
    ...(transfersOptions !== undefined && { transfersOptions }),
    countStranger: async () => {
      strangers.count += 1;
    },
    onError: (error, context) => errors.push({ error, context }),
  });
  const app = Fastify({ forceCloseConnections: true, trustProxy: true });
  installErrorHandling(app);
  twilio.installProtocols(app);
  const sockets = new Set<Duplex>();
  app.server.on('upgrade', (request, socket, head) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    twilio.streams.upgrade(request, socket, head).catch((error: unknown) => {
      socket.end(`HTTP/1.1 ${toWireError(error).status} refused\r\nConnection: close\r\n\r\n`);
    });
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  reach[publicUrl] = url;
  if (replicaUrl !== undefined) reach[replicaUrl] = url;
  return {
    ...{ twilio, fake, desk, app, url, sockets, strangers, errors },
    call: (placed = {}) =>
      fake.placeCall({
        from: '+353861111111',
        to: fakeNumber,
        voiceUrl: `${publicUrl}/voice`,
        fallbackUrl: `${publicUrl}/voice/fallback`,
        ...(tellsStatus && { statusCallback: `${publicUrl}/voice/status` }),
        ...placed,
      }),
    async close() {
      await fake.close();
      twilio.close();
      await app.close();
    },
  };
}

/** For a file of tests: each sets a stage, and what it left open is closed behind it. */
export function createTwilioStages() {
  let stage: TwilioStage | undefined;
  return {
    async set(options: Parameters<typeof createTwilioStage>[0] = {}): Promise<TwilioStage> {
      stage = await createTwilioStage(options);
      return stage;
    },
    async close(): Promise<void> {
      await stage?.close();
      stage = undefined;
    },
  };
}

function createStageDesk(): StageDesk {
  const open = new Map<string, string>();
  const talks = new Map<string, PhoneLeg>();
  let number = 0;
  const desk: StageDesk = {
    offered: [],
    connected: [],
    givenUp: [],
    notes: [],
    refusal: undefined,
    language: undefined,
    isAway: false,
    async receive(call) {
      desk.offered.push(call);
      const { refusal: why, language } = desk;
      if (why !== undefined) {
        return { type: 'refused', why, retryAfterSeconds: 10, ...(language !== undefined && { language }) };
      }
      number += 1;
      const conversationId = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
      open.set(call.callId, conversationId);
      return { type: 'taken', conversationId, organizationId: 'org' };
    },
    async connect(conversationId, leg) {
      desk.connected.push({ conversationId, leg, atMs: performance.now() });
      talks.set(conversationId, leg);
      open.set(leg.callId, conversationId);
      void leg.ended.then(() => {
        talks.delete(conversationId);
        open.delete(leg.callId);
      });
      return {
        ...{ conversationId, organizationId: 'org', ownNumber: leg.to, callerNumber: leg.from, language: 'en-US' },
        talk: talkOf(leg),
      };
    },
    async giveUp(conversationId, outcome) {
      desk.givenUp.push({ conversationId, outcome });
      for (const [callId, id] of open) if (id === conversationId) open.delete(callId);
    },
    async expected(callId) {
      if (desk.isAway) throw new WireError('storage_unavailable');
      const conversationId = open.get(callId);
      return conversationId === undefined ? undefined : { conversationId, organizationId: 'org' };
    },
    async transferTried() {},
    async noted(conversationId, note) {
      desk.notes.push({ conversationId, note });
    },
    async hangUp(conversationId) {
      const leg = talks.get(conversationId);
      leg?.hangUp('completed');
      await leg?.ended;
      return leg !== undefined;
    },
    callOf: (conversationId) => {
      const leg = talks.get(conversationId);
      if (leg === undefined) return undefined;
      const names = { ownNumber: leg.to, callerNumber: leg.from, language: 'en-US' };
      return { conversationId, organizationId: 'org', ...names, talk: talkOf(leg) };
    },
    get liveCalls() {
      return talks.size;
    },
    get isBusy() {
      return desk.refusal === 'busy';
    },
  };
  return desk;
}

/** Nobody asks it for more than its leg here. */
function talkOf(leg: PhoneLeg): Talk {
  return {
    leg,
    ended: leg.ended,
    hold() {},
    resume() {},
    quiet: async () => {},
    giveTo() {},
    refer: (target, signal) => leg.refer(target, signal),
  };
}

/** Speaks on a leg at the pace of speech. */
export async function speakOn(leg: PhoneLeg, frames: number): Promise<void> {
  const frame: Pcm = Int16Array.from({ length: 320 }, (_, n) => Math.round(8000 * Math.sin(n * 0.157)));
  const clock = createSystemClock();
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = frames;
  const stop = clock.everyFrame(() => {
    leg.write(frame);
    left -= 1;
    if (left === 0) resolve();
  });
  await promise;
  stop();
}
