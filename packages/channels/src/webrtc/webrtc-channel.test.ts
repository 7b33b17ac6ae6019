import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { ServerMessage } from '@parley/contract/app-messages.ts';
import { conversationIdSchema } from '@parley/contract/ids.ts';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildRtp } from '../rtp/rtp-packet.ts';
import { createRecordingConversation, type RecordingConversation, until } from '../testing/recording-conversation.ts';
import { type DialedCall, dial } from './dial.ts';
import { offerNodeDataChannel } from './node-datachannel-transport.ts';
import type { IceServer, OfferingPeer } from './transport.ts';
import { createWebRtcChannel, type WebRtcChannel } from './webrtc-channel.ts';

const hello = { agent: 'Receptionist', language: 'en-US' };
const clock = createSystemClock();
const ends: (() => void)[] = [];
let channel: WebRtcChannel;

beforeEach(() => {
  channel = createWebRtcChannel({ port: 0, bindAddress: '127.0.0.1', clock });
  ends.push(() => channel.close());
});

afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

interface Caller {
  readonly call: DialedCall;
  readonly heard: Pcm[];
  readonly messages: ServerMessage[];
  readonly closed: string[];
}

async function callIn(conversation: RecordingConversation, iceServers: IceServer[] = []): Promise<Caller> {
  const heard: Pcm[] = [];
  const messages: ServerMessage[] = [];
  const closed: string[] = [];
  const call = await dial({
    exchange: (sdp, signal) => channel.answer({ sdp, conversation, hello, signal }),
    bindAddress: '127.0.0.1',
    iceServers,
    onAudio: (frame) => heard.push(frame),
    onMessage: (message) => messages.push(message),
    onClosed: (reason) => closed.push(reason),
    signal: new AbortController().signal,
    clock,
  });
  ends.push(() => call.close());
  return { call, heard, messages, closed };
}

/** A tone of 1 s, frame by frame in real time. */
function speak(write: (frame: Pcm) => void, hz: number): void {
  let n = 0;
  const stop = clock.everyFrame(() => {
    write(
      Int16Array.from(
        { length: FRAME_SAMPLES },
        (_, k) => 8000 * Math.sin((2 * Math.PI * hz * (n * FRAME_SAMPLES + k)) / 16_000),
      ),
    );
    n += 1;
    if (n === 50) stop();
  });
  ends.push(stop);
}

const loud = (frames: readonly Pcm[]) => frames.filter((frame) => rmsDbfs(frame) > -25);

/** Pitch by zero crossings over whole frames. */
function pitchHz(frames: readonly Pcm[]): number {
  const samples = frames.flatMap((frame) => [...frame]);
  const crossings = samples.filter((sample, n) => sample >= 0 && (samples[n - 1] ?? 0) < 0).length;
  return (crossings * 16_000) / samples.length;
}

test('caller and agent hear one another, at the right pitch and level', async () => {
  const conversation = createRecordingConversation();
  const caller = await callIn(conversation);
  await until('the audio is attached', () => conversation.outlets.length === 1);
  speak((frame) => caller.call.send(frame), 440);
  speak((frame) => conversation.outlets[0]?.write(frame), 700);
  await until('the agent heard the caller', () => loud(conversation.heard).length >= 40);
  await until('the caller heard the agent', () => loud(caller.heard).length >= 40);
  for (const [frames, hz] of [
    [conversation.heard, 440],
    [caller.heard, 700],
  ] as const) {
    const steady = loud(frames).slice(5, 35);
    expect(pitchHz(steady)).toBeGreaterThan(hz * 0.96);
    expect(pitchHz(steady)).toBeLessThan(hz * 1.04);
    // 8000 of 32768 as a sine is −15.3 dB.
    expect(rmsDbfs(Int16Array.from(steady.flatMap((frame) => [...frame])))).toBeCloseTo(-15.3, -1);
    expect(frames.every((frame) => frame.length === FRAME_SAMPLES)).toBe(true);
  }
  // Silence is silence again when nobody speaks, and the stream goes on.
  const before = caller.heard.length;
  await until('silence goes on after speech', () => caller.heard.length > before + 60);
  expect(rmsDbfs(caller.heard.at(-1) ?? Int16Array.of(9999))).toBeLessThan(-60);
});

test('the messages of both sides arrive, the greeting first', async () => {
  const conversation = createRecordingConversation();
  const { call, messages } = await callIn(conversation);
  await until('the first messages came', () => messages.length >= 2);
  expect(messages[0]).toEqual({
    type: 'conversation',
    data: { conversationId: conversation.id, agent: 'Receptionist', language: 'en-US' },
  });
  expect(messages[1]).toEqual({ type: 'state', data: { state: 'waiting' } });
  const conversationId = conversationIdSchema.parse(conversation.id);
  call.tell({ type: 'user_text', data: { conversationId, messageId: 'm1', text: 'hello' } });
  call.tell({ type: 'hang_up', data: { conversationId } });
  await until('both were understood', () => conversation.asked.length === 2);
  expect(conversation.asked).toEqual(['text hello m1', 'hang up']);
});

test('ten callers share one port and none hears another', async () => {
  const lines = Array.from({ length: 10 }, createRecordingConversation);
  const callers = await Promise.all(lines.map((line) => callIn(line)));
  expect(channel.activePeers).toBe(10);
  const third = callers[2];
  speak((frame) => third?.call.send(frame), 440);
  await until('the third was heard', () => loud(lines[2]?.heard ?? []).length > 20);
  expect(lines.filter((line) => loud(line.heard).length > 0)).toEqual([lines[2]]);
});

test('a caller who leaves is noticed at once, and nothing of the call is left', async () => {
  const conversation = createRecordingConversation();
  const { call } = await callIn(conversation);
  await until('the audio is attached', () => conversation.outlets.length === 1);
  call.close();
  await until('the loss was told', () => conversation.lost.length === 1);
  expect(channel.activePeers).toBe(0);
  expect(conversation.clients.size).toBe(0);
});

test('a conversation that ends lets its last words out and hangs up', async () => {
  const conversation = createRecordingConversation();
  const { messages, closed } = await callIn(conversation);
  await until('audio and messages are there', () => conversation.outlets.length === 1 && messages.length >= 2);
  conversation.tell({ type: 'ended', reason: 'completed' });
  conversation.outlets[0]?.close('completed');
  await until('the line is closed', () => closed.length === 1);
  expect(messages.at(-1)).toEqual({ type: 'conversation_ended', data: { reason: 'completed' } });
  expect(channel.activePeers).toBe(0);
});

test.each([
  ['nonsense', () => 'hello'],
  ['half an offer', (sdp: string) => sdp.slice(0, 200)],
  ['no audio', (sdp: string) => sdp.replace(/m=audio[\s\S]*?(?=m=|$)/, '')],
  ['two audio sections', (sdp: string) => sdp + (/m=audio[\s\S]*?(?=m=|$)/.exec(sdp)?.[0] ?? '')],
  ['no codec that is known', (sdp: string) => sdp.replaceAll('opus', 'codec2')],
  ['a fingerprint that is none', (sdp: string) => sdp.replace(/a=fingerprint:.*/g, 'a=fingerprint:sha-256 zz')],
  ['100 kB of it', (sdp: string) => sdp + 'a=x\r\n'.repeat(20_000)],
])('an offer with %s is refused with invalid_sdp and leaves nothing behind', async (_, spoil) => {
  const offering = await offer(() => {});
  const answered = channel.answer({
    sdp: spoil(offering.offerSdp),
    conversation: createRecordingConversation(),
    hello,
    signal: AbortSignal.timeout(5000),
  });
  await expect(answered).rejects.toMatchObject({ code: 'invalid_sdp' });
  expect(channel.activePeers).toBe(0);
});

test('noise on the track and in the data channel harms nobody and is answered with a code', async () => {
  const conversation = createRecordingConversation();
  const answers: ServerMessage[] = [];
  let isOpen = false;
  const offering = await offer(
    (message) => answers.push(message),
    () => {
      isOpen = true;
    },
  );
  const sdp = offering.offerSdp;
  offering.acceptAnswer(await channel.answer({ sdp, conversation, hello, signal: AbortSignal.timeout(5000) }));
  await until('the channel is open', () => isOpen && answers.length >= 2);
  for (let n = 0; n < 200; n++) {
    // An RTP header of ours before noise, so that some of it gets as far as the codec.
    const noise = Uint8Array.from({ length: 12 + n }, (_, k) => (k * 7919 + n * 104_729) & 0xff);
    noise.set([0x80, 111, 0, n, 0, 0, (n * 960) >> 8, (n * 960) & 0xff]);
    offering.sendAudioPacket(noise);
  }
  for (const bad of [
    '{',
    '{"type":"make_coffee","data":{}}',
    'x'.repeat(5000),
    '{"type":"hang_up","data":{"conversationId":1}}',
  ]) {
    offering.sendMessage(bad);
  }
  const other = crypto.randomUUID();
  offering.sendMessage(JSON.stringify({ type: 'hang_up', data: { conversationId: other } }));
  const codes = () => answers.flatMap((message) => (message.type === 'error' ? [message.data.code] : []));
  await until('each was answered', () => codes().length === 5);
  expect(codes()).toEqual([
    'invalid_json',
    'unknown_message_type',
    'message_too_large',
    'invalid_request',
    'forbidden',
  ]);
  for (let n = 0; n < 100; n++) offering.sendMessage('{');
  await until('the flood was answered', () => codes().includes('too_many_messages'));
  expect(codes().filter((code) => code === 'too_many_messages').length).toBeLessThan(5);
  expect(conversation.asked).toEqual([]);
  expect(channel.activePeers).toBe(1);
});

test('a browser that offers and never connects is given up', async () => {
  channel.close();
  channel = createWebRtcChannel({ port: 0, bindAddress: '127.0.0.1', clock, connectTimeoutMs: 200 });
  ends.push(() => channel.close());
  const offering = await offer(() => {});
  const conversation = createRecordingConversation();
  await channel.answer({ sdp: offering.offerSdp, conversation, hello, signal: AbortSignal.timeout(5000) });
  expect(channel.activePeers).toBe(1);
  await until('it is given up', () => channel.activePeers === 0);
  expect(conversation.outlets).toEqual([]);
});

test('a caller whose browser vanished without a word is noticed by the audio that stays away', async () => {
  channel.close();
  channel = createWebRtcChannel({ port: 0, bindAddress: '127.0.0.1', clock, audioTimeoutMs: 200 });
  ends.push(() => channel.close());
  const conversation = createRecordingConversation();
  const offering = await offer(() => {});
  const sdp = offering.offerSdp;
  offering.acceptAnswer(await channel.answer({ sdp, conversation, hello, signal: AbortSignal.timeout(5000) }));
  await until('the audio is attached', () => conversation.outlets.length === 1);
  // One packet of Opus silence, and then nothing more; nobody hangs up.
  const packet = {
    marker: true,
    payloadType: 111,
    sequence: 1,
    timestamp: 0,
    ssrc: 5,
    payload: Uint8Array.of(0xf8, 0xff, 0xfe),
  };
  await until('a packet came through', () => {
    if (conversation.heard.length === 0) offering.sendAudioPacket(buildRtp(packet));
    return conversation.heard.length > 0;
  });
  await until('the loss was told', () => conversation.lost.length === 1);
  expect(conversation.lost).toEqual(['connection lost']);
  expect(channel.activePeers).toBe(0);
});

test('a public address given by the operator stands in the answer', async () => {
  const nat = createWebRtcChannel({ port: 0, bindAddress: '127.0.0.1', publicIp: '203.0.113.7', clock });
  ends.push(() => nat.close());
  const { offerSdp } = await offer(() => {});
  const sdp = await nat.answer({
    sdp: offerSdp,
    conversation: createRecordingConversation(),
    hello,
    signal: AbortSignal.timeout(5000),
  });
  expect(sdp).toMatch(/a=candidate:\S+ 1 UDP \d+ 203\.0\.113\.7 \d+ typ host/);
});

test('a STUN server that does not answer costs two seconds, not the call', async () => {
  const silent = createSocket('udp4').bind(0, '127.0.0.1');
  ends.push(() => silent.close());
  await once(silent, 'listening');
  const iceServers = [{ urls: [`stun:127.0.0.1:${silent.address().port}`] }];
  channel.close();
  channel = createWebRtcChannel({ port: 0, bindAddress: '127.0.0.1', clock, iceServers });
  ends.push(() => channel.close());
  const startedMs = clock.nowMs();
  const conversation = createRecordingConversation();
  const { call } = await callIn(conversation, iceServers);
  // Two seconds on either side: the offer is made before the answer.
  expect(clock.nowMs() - startedMs).toBeLessThan(8000);
  speak((frame) => call.send(frame), 440);
  await until('the caller was heard', () => loud(conversation.heard).length > 20);
});

async function offer(onMessage: (message: ServerMessage) => void, onOpen = () => {}): Promise<OfferingPeer> {
  const peer = await offerNodeDataChannel(
    { bindAddress: '127.0.0.1' },
    {
      onState: () => {},
      onAudioPacket: () => {},
      onMessagesOpen: onOpen,
      onMessage: (data) => onMessage(JSON.parse(String(data))),
    },
    AbortSignal.timeout(5000),
  );
  ends.push(() => peer.close());
  return peer;
}
