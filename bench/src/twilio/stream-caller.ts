import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Random } from '@parley/engine/simulation/random.ts';
import { signAsTwilio } from '@parley/fakes/twilio/signature.ts';
import {
  connectedMessage,
  markMessage,
  mediaMessage,
  startMessage,
  stopMessage,
} from '@parley/fakes/twilio/stream-messages.ts';
import { elementsOf, parseXml, type XmlElement } from '@parley/fakes/twilio/xml.ts';
import { WebSocket } from 'ws';
import type { Findings } from './findings.ts';

export interface StreamCallerOptions {
  /** Where the server is. */
  readonly url: string;
  /** As the server calls itself, for signatures. */
  readonly publicUrl: string;
  readonly accountSid: string;
  readonly authToken: string;
  /** The number that is called. */
  readonly to: string;
  readonly from: string;
  readonly clock: Clock;
  readonly random: Random;
  /** 20 ms of µ-law in base64 each, shared by all callers. */
  readonly sounds: { readonly voice: readonly string[]; readonly quiet: readonly string[] };
  readonly findings: Findings;
  /** Over, by the server or by `hangUp`. */
  readonly onEnded: () => void;
}

export interface StreamCaller {
  /** The greeting was heard to its end. */
  readonly isGreeted: boolean;
  hangUp(): void;
}

type Doing =
  | { readonly kind: 'listening' }
  | { readonly kind: 'thinking'; readonly untilMs: number }
  | { readonly kind: 'speaking'; readonly untilMs: number }
  | { readonly kind: 'waiting'; readonly sinceMs: number };

/** Quiet for so long, the agent has finished: longer than between two sentences. */
const finishedQuietMs = 700;
/** Of what people say to an agent: a few words up to two sentences. */
const speechMs = { least: 1400, most: 4000 };
const patienceMs = 8000;
const webhookTimeoutMs = 15_000;
const connections = new Agent({ keepAlive: true, maxSockets: 64 });
/** Frames that are masked with nothing: a load need not be protected from its own proxies. */
const noMask = (mask: Buffer) => mask.fill(0);
/** Without anything to be heard within one burst at most; beyond it the agent paused. */
const burstGapMs = 250;
/** The last frame of a burst comes after three ticks without any; half a second of speech may end with it as well. */
const lastFrameGapMs = 60;
/** By then hardly anything is left to be played. */
const lastFrameInHandMs = 5;
const framesPerMark = 25;

/** One call in Twilio's shape, as lean as it gets: asks for TwiML, opens the stream, and talks in turns until it is hung up. */
export function startStreamCaller(options: StreamCallerOptions): StreamCaller {
  const { url, accountSid, authToken, clock, random, sounds, findings, onEnded } = options;
  const callSid = `CA${randomBytes(16).toString('hex')}`;
  const streamSid = `MZ${randomBytes(16).toString('hex')}`;
  let socket: WebSocket | undefined;
  let stopFrames = () => {};
  let isOver = false;
  let doing: Doing = { kind: 'listening' };
  let pickedUpMs = 0;
  let startedMs = 0;
  let sequence = 1;
  let chunk = 0;
  let place = random.int(0, 99);
  let heardMs: number | undefined;
  /** Until then there is something to hear, at Twilio's end. */
  let playedUntilMs = 0;
  /** Before the newest frame; of no account when that turns out to be the end of a burst, which is sent late on purpose. */
  let newest: { readonly gapMs: number; readonly inHandMs: number } | undefined;
  let framesSinceMark = 0;
  let isPaused = true;
  let isGreeted = false;
  const marks: { readonly name: string; readonly dueMs: number }[] = [];

  const fail = (why: string) => {
    if (isOver) return;
    findings.failures[why] = (findings.failures[why] ?? 0) + 1;
    end();
  };
  const end = () => {
    if (isOver) return;
    isOver = true;
    stopFrames();
    socket?.close(1000);
    onEnded();
  };
  const sendMarks = (nowMs: number) => {
    while (marks[0] !== undefined && marks[0].dueMs <= nowMs) {
      sequence += 1;
      socket?.send(markMessage(streamSid, sequence, marks.shift()?.name ?? ''));
    }
  };
  const tick = (dueMs: number) => {
    const nowMs = clock.nowMs();
    if (findings.measuring) {
      findings.sentLate.add(nowMs - dueMs);
      findings.framesOut += 1;
    }
    sendMarks(nowMs);
    doing = proceed(nowMs);
    const sound = doing.kind === 'speaking' ? sounds.voice : sounds.quiet;
    place += 1;
    sequence += 1;
    chunk += 1;
    const payload = sound[place % sound.length] ?? '';
    socket?.send(mediaMessage(streamSid, sequence, 'inbound', chunk, Math.round(nowMs - startedMs), payload));
  };
  const proceed = (nowMs: number): Doing => {
    switch (doing.kind) {
      case 'listening': {
        if (heardMs === undefined || nowMs - Math.max(heardMs, playedUntilMs) < finishedQuietMs) return doing;
        isGreeted = true;
        return { kind: 'thinking', untilMs: nowMs + random.int(100, 1500) };
      }
      case 'thinking':
        return nowMs < doing.untilMs
          ? doing
          : { kind: 'speaking', untilMs: nowMs + random.int(speechMs.least, speechMs.most) };
      case 'speaking':
        return nowMs < doing.untilMs ? doing : { kind: 'waiting', sinceMs: nowMs };
      case 'waiting':
        if (nowMs - doing.sinceMs < patienceMs) return doing;
        if (findings.measuring) findings.unanswered += 1;
        return { kind: 'speaking', untilMs: nowMs + random.int(speechMs.least, speechMs.most) };
    }
  };
  const onMedia = (nowMs: number) => {
    if (heardMs === undefined) findings.firstSound.add(nowMs - pickedUpMs);
    addGap();
    newest =
      heardMs === undefined || isPaused ? undefined : { gapMs: nowMs - heardMs, inHandMs: playedUntilMs - nowMs };
    isPaused = false;
    framesSinceMark += 1;
    if (findings.measuring) findings.framesIn += 1;
    if (doing.kind === 'waiting') {
      if (findings.measuring) {
        findings.turns += 1;
        findings.answer.add(nowMs - doing.sinceMs);
      }
      doing = { kind: 'listening' };
    }
    heardMs = nowMs;
    playedUntilMs = Math.max(playedUntilMs, nowMs) + 20;
  };
  const addGap = () => {
    if (newest === undefined || !findings.measuring) return;
    const holeMs = Math.max(0, -newest.inHandMs);
    if (holeMs >= burstGapMs) return;
    findings.gap.add(newest.gapMs);
    findings.heardMs += 20;
    findings.holesMs += holeMs;
    if (holeMs > 60) findings.breaks += 1;
  };
  const onMark = (text: string) => {
    marks.push({ name: /"name":"([^"]*)"/.exec(text)?.[1] ?? '', dueMs: playedUntilMs });
    // Inside speech a mark comes after each half second; any other is behind its last frame, which is sent late on purpose.
    const isLast =
      framesSinceMark % framesPerMark !== 0 ||
      (newest !== undefined && newest.gapMs >= lastFrameGapMs && newest.inHandMs <= lastFrameInHandMs);
    if (isLast) {
      isPaused = true;
      newest = undefined;
    }
    framesSinceMark = 0;
  };
  const onMessage = (data: unknown) => {
    if (!Buffer.isBuffer(data)) return;
    const nowMs = clock.nowMs();
    // `{"event":"media"`, `mark`, `clear`: told apart by two letters, as nothing else may be sent.
    if (data[10] === letterM && data[11] === letterE) return onMedia(nowMs);
    if (data[10] === letterM && data[11] === letterA) onMark(data.toString('latin1'));
    else if (data[10] === letterC) {
      findings.clears += findings.measuring ? 1 : 0;
      playedUntilMs = nowMs;
      isPaused = true;
      for (let n = 0; n < marks.length; n += 1) {
        const mark = marks[n];
        if (mark !== undefined) marks[n] = { ...mark, dueMs: nowMs };
      }
    } else findings.malformed += 1;
  };
  const open = (stream: XmlElement) => {
    const address = new URL(stream.attributes.url ?? '');
    const customParameters = Object.fromEntries(
      elementsOf(stream).map(({ attributes }) => [attributes.name ?? '', attributes.value ?? '']),
    );
    const served = new URL(address.pathname, url);
    served.protocol = 'ws:';
    socket = new WebSocket(served, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
      generateMask: noMask,
      handshakeTimeout: 10_000,
      headers: {
        host: address.host,
        'x-forwarded-proto': 'https',
        'x-twilio-signature': signAsTwilio(authToken, address.href),
      },
    });
    socket.on('open', () => {
      startedMs = clock.nowMs();
      socket?.send(connectedMessage);
      socket?.send(startMessage({ accountSid, callSid, streamSid, tracks: ['inbound'], customParameters }));
      stopFrames = clock.everyFrame(tick);
    });
    socket.on('message', onMessage);
    socket.on('error', (error) => fail(error.message));
    socket.on('close', (code) => (code === 1000 || isOver ? end() : fail(`closed with ${code}`)));
  };

  const askedMs = clock.nowMs();
  ask(options, callSid).then(
    (twiml) => {
      pickedUpMs = clock.nowMs();
      findings.webhook.add(pickedUpMs - askedMs);
      const [connect] = elementsOf(parseXml(twiml));
      const [stream] = connect === undefined ? [] : elementsOf(connect);
      if (isOver) return;
      if (stream?.name === 'Stream') open(stream);
      else fail(`no stream but <${connect?.name ?? 'nothing'}>`);
    },
    (error: unknown) => fail(error instanceof Error ? error.message : String(error)),
  );
  return {
    get isGreeted() {
      return isGreeted;
    },
    hangUp() {
      if (socket?.readyState === WebSocket.OPEN) {
        sequence += 1;
        socket.send(stopMessage({ accountSid, callSid, streamSid }, sequence));
        const params = { ...paramsOf(options, callSid), CallStatus: 'completed', CallDuration: '1' };
        post(options, '/voice/status', params).catch(() => {});
      }
      end();
    },
  };
}

const letterM = 'm'.charCodeAt(0);
const letterE = 'e'.charCodeAt(0);
const letterA = 'a'.charCodeAt(0);
const letterC = 'c'.charCodeAt(0);

function paramsOf({ accountSid, from, to }: StreamCallerOptions, callSid: string): Record<string, string> {
  return {
    CallSid: callSid,
    AccountSid: accountSid,
    From: from,
    To: to,
    Caller: from,
    Called: to,
    CallStatus: 'ringing',
    ApiVersion: '2010-04-01',
    Direction: 'inbound',
  };
}

function ask(options: StreamCallerOptions, callSid: string): Promise<string> {
  return post(options, '/voice', paramsOf(options, callSid));
}

function post(
  { url, publicUrl, authToken }: StreamCallerOptions,
  path: string,
  params: Readonly<Record<string, string>>,
): Promise<string> {
  const form = new URLSearchParams(params).toString();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const sent = request(
    new URL(path, url),
    {
      agent: connections,
      method: 'POST',
      timeout: webhookTimeoutMs,
      headers: {
        host: new URL(publicUrl).host,
        'x-forwarded-proto': 'https',
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(form),
        'x-twilio-signature': signAsTwilio(authToken, publicUrl + path, params),
      },
    },
    (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => {
        body += text;
      });
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200 || answer.statusCode === 204) resolve(body);
        else reject(new Error(`${path}: ${answer.statusCode}`));
      });
    },
  );
  sent.on('timeout', () => sent.destroy(new Error(`${path}: no answer within ${webhookTimeoutMs} ms`)));
  sent.on('error', reject);
  sent.end(form);
  return promise;
}
