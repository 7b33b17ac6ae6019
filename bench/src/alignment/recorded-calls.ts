import { setTimeout as delay } from 'node:timers/promises';
import { freePortRange } from '@parley/channels/testing/peers/free-ports.ts';
import { createWireTelephone, type WireTelephone } from '@parley/channels/testing/peers/wire-telephone.ts';
import type { ParleyClient } from '@parley/client/create-client.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { decodeWav } from '@parley/engine/audio/wav.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { fakeNumber, type RunningTwilio, startTwilioFake } from '@parley/fakes/twilio/twilio-fake.ts';
import { adminClient, adminEnv } from '@parley/server/testing/admin-client.ts';
import { startServerProcess } from '@parley/server/testing/server-process.ts';
import type { CallerSide } from './caller-side.ts';
import { holdCall } from './hold-call.ts';
import { type Drift, driftOf, measureOffsets } from './measure-offsets.ts';
import { openStallingRelay, type StallingRelay } from './stalling-relay.ts';

export interface RecordedCallsOptions {
  /** How long each caller talks. */
  readonly forMs: number;
  /** Empty: the scripts of the server. */
  readonly scripts: string;
  /** After so long the network of the calls by SIP with loss, and that of the media stream, stops. Undefined: it does not. */
  readonly stallAfterMs?: number | undefined;
  /** After so long the server's process is stopped. Undefined: it is not. */
  readonly stopAfterMs?: number | undefined;
}

/** What is held up is held up so long. */
export const stallMs = 300;
/** From when something was held up until both ends are again where they were; exchanges that begin meanwhile are told apart. */
const recoveryMs = 10_000;
/** An exchange that began so long before may still go on: the agent speaks, is silent, is answered. */
const longestExchangeMs = 1_000;
const lossShare = 0.01;
/** The most by which telephones' sample clocks are wrong. */
const clockPpm = 100;
const publicUrl = 'https://agent.example';
const serverAddress = '127.0.0.1';
const telephoneAddress = '127.0.0.4';
const recordingTimeoutMs = 30_000;
const badLine = 'SIP, 1 % lost, clock 100 ppm fast';
const streamCaller = '+353861234567';

interface RecordedCaller {
  readonly name: string;
  readonly from: string;
  /** The network of this one stops for a moment. */
  readonly isHeldUp: boolean;
  dial(): Promise<CallerSide>;
}

/** Three calls at once to a server of its own that records, and where what was said lies in the recordings. */
export async function recordCalls(options: RecordedCallsOptions): Promise<Readonly<Record<string, Drift>>> {
  const reach: Record<string, string> = {};
  const twilio = await startTwilioFake({ port: 0, brain: createToneBrain(), reach });
  const server = await startRecordingServer(options.scripts, twilio.environment);
  const relay = await openStallingRelay(new URL(server.url));
  reach[publicUrl] = relay.url;
  const clean = await createWireTelephone({ address: telephoneAddress });
  const bad = await createWireTelephone({ address: telephoneAddress, lossShare, clockPpm });
  try {
    const team = await adminClient(server.url);
    await team.updateOrganization({ body: { settings: { recording: { mode: 'always' } } }, ifMatch: '*' });
    const uri = `sip:receptionist@${serverAddress}:${server.sipPort}`;
    const callers: readonly RecordedCaller[] = [
      { name: 'SIP', from: 'clean', isHeldUp: false, dial: () => callBySip(clean, uri, 'clean') },
      { name: badLine, from: 'bad', isHeldUp: true, dial: () => callBySip(bad, uri, 'bad') },
      { name: 'media stream', from: streamCaller, isHeldUp: true, dial: () => callByStream(twilio, relay) },
    ];
    const stopping = new AbortController();
    if (options.stopAfterMs !== undefined)
      later(options.stopAfterMs, stopping.signal, () => stopFor(server.pid, stallMs));
    const held = await Promise.all(callers.map((caller) => hold(caller, options))).finally(() => stopping.abort());
    const again = await adminClient(server.url);
    const drifts: Record<string, Drift> = {};
    for (const call of held) {
      const recorded = await recordingOf(again, call.from);
      drifts[call.name] = driftOf(measureOffsets(call.caller, call.said, recorded), call.troubles);
    }
    return drifts;
  } finally {
    await Promise.allSettled([clean.close(), bad.close(), relay.close(), twilio.close()]);
    await server.stop();
  }
}

async function hold({ name, from, isHeldUp, dial }: RecordedCaller, options: RecordedCallsOptions) {
  const caller = await dial();
  const startedMs = caller.nowMs();
  const stalling = new AbortController();
  const stallAfterMs = isHeldUp ? options.stallAfterMs : undefined;
  if (stallAfterMs !== undefined) later(stallAfterMs, stalling.signal, () => caller.stall(stallMs));
  try {
    const said = await holdCall(caller, options.forMs);
    const firstMs = said[0]?.atMs ?? 0;
    const troubles = [stallAfterMs, options.stopAfterMs]
      .filter((afterMs) => afterMs !== undefined)
      .map((afterMs) => startedMs + afterMs - firstMs)
      .map((atMs) => ({ fromMs: atMs - longestExchangeMs, toMs: atMs + recoveryMs }));
    return { name, from, caller, said, troubles };
  } finally {
    stalling.abort();
    caller.hangUp();
  }
}

async function callBySip(telephone: WireTelephone, uri: string, user: string): Promise<CallerSide> {
  const call = await telephone.dial(uri, user);
  let hasEnded = false;
  void call.leg.ended.then(() => {
    hasEnded = true;
  });
  return {
    nowMs: () => performance.now(),
    async say(sound) {
      const samples = createWideToLine().process(sound);
      const fromSample = call.say(samples);
      const toSample = fromSample + samples.length;
      await delay(Math.max(0, call.mouthAtMs(toSample) - performance.now()));
      return { fromSample, toSample };
    },
    lastHeardMs: () => call.lastLoudMs,
    mouth: call.mouth,
    mouthAtMs: call.mouthAtMs,
    ear: call.ear,
    earAtMs: call.earAtMs,
    stall: call.stall,
    hangUp: () => call.leg.hangUp('completed'),
    hasEnded: () => hasEnded,
  };
}

async function callByStream(twilio: RunningTwilio, relay: StallingRelay): Promise<CallerSide> {
  const call = twilio.placeCall({
    ...{ from: streamCaller, to: fakeNumber },
    ...{ voiceUrl: `${publicUrl}/voice`, statusCallback: `${publicUrl}/voice/status` },
  });
  await call.until('an answer', ({ rangMs }) => rangMs !== undefined);
  const { hears, speaks } = call.person;
  return {
    nowMs: () => speaks.durationMs,
    async say(sound) {
      const { startedMs, endedMs } = await call.person.say(sound);
      return { fromSample: startedMs * 8, toSample: endedMs * 8 };
    },
    lastHeardMs: () => hears.lastSoundMs,
    mouth: () => speaks.pcm(),
    mouthAtMs: (sample) => sample / 8,
    ear: () => hears.pcm(),
    earAtMs: (sample) => sample / 8,
    stall: relay.stall,
    hangUp: call.person.hangUp,
    hasEnded: () => call.status !== 'in-progress',
  };
}

async function startRecordingServer(scripts: string, environment: Readonly<Record<string, string>>) {
  const firstPort = await freePortRange(20);
  return await startServerProcess({
    env: {
      ...{ SPEECH: 'scripted?script=hours', SCRIPTED_FOLDER: scripts, VOICE_DETECTOR: 'light', LOG_LEVEL: 'fatal' },
      ...{ ...adminEnv, ...environment, PUBLIC_URL: publicUrl, HOST: serverAddress },
      ...{ SIP_PORT: '0', RTP_PORTS: `${firstPort}-${firstPort + 19}` },
    },
  });
}

/** Of the caller's only call, once it is written whole. */
async function recordingOf(team: ParleyClient, from: string): Promise<{ readonly caller: Pcm; readonly agent: Pcm }> {
  const deadlineMs = performance.now() + recordingTimeoutMs;
  for (;;) {
    const { calls } = await team.listCalls({ limit: 20 });
    const conversation_id = calls.find((call) => call.from === from)?.conversation_id;
    const { recordings } = await team.listRecordings({ limit: 20 });
    const recording = recordings.find((one) => one.conversation_id === conversation_id && one.status === 'complete');
    if (recording !== undefined) {
      const response = await team.getRecordingAudio({ recording_id: recording.recording_id });
      const { channels } = decodeWav(new Uint8Array(await response.arrayBuffer()));
      const [caller, agent] = channels;
      if (caller === undefined || agent === undefined) throw new Error('The recording has one side only.');
      return { caller, agent };
    }
    if (performance.now() > deadlineMs) throw new Error(`The call of ${from} has no whole recording.`);
    await delay(200);
  }
}

/** As a machine that has other things to do: the process gets no time, and then all at once. */
function stopFor(pid: number, forMs: number): void {
  process.kill(pid, 'SIGSTOP');
  setTimeout(() => process.kill(pid, 'SIGCONT'), forMs);
}

function later(afterMs: number, signal: AbortSignal, action: () => void): void {
  const timer = setTimeout(action, afterMs);
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
}
