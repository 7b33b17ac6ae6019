import type { ClientOutlet } from '@parley/engine/ports/client.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { expect, test } from 'vitest';
import { createRecordingConversation } from '../testing/recording-conversation.ts';
import type { PeerEvents, Transport } from './transport.ts';
import { createWebRtcChannel } from './webrtc-channel.ts';

/** A conversation that greets at once when it is heard, as the agent's does, on a connection that stands when the test says so. */
async function greeted() {
  const clock = createVirtualClock();
  const sent: string[] = [];
  let events: PeerEvents | undefined;
  const transport: Transport = {
    async answer(_sdp, given) {
      events = given;
      const sendMessage = (text: string) => sent.push(text) > 0;
      return { peer: { payloadType: 111, ssrc: 1, sendAudioPacket() {}, sendMessage, close() {} }, answerSdp: 'v=0' };
    },
    close() {},
  };
  const recording = createRecordingConversation();
  const attachAudio = recording.attachAudio;
  recording.attachAudio = (outlet) => {
    const inlet = attachAudio(outlet);
    recording.tell({ type: 'said', turnNumber: 0, sentence: 0, text: 'Good morning.', tone: 'neutral' });
    return inlet;
  };
  const channel = createWebRtcChannel({ port: 0, transport, clock });
  const hello = { agent: 'Receptionist', language: 'en-US' };
  await channel.answer({ sdp: 'v=0', conversation: recording, hello, signal: new AbortController().signal });
  const clients: ReadonlySet<ClientOutlet> = recording.clients;
  return {
    clock,
    channel,
    recording,
    clients,
    connected: () => events?.onState('connected'),
    messagesOpen: () => events?.onMessagesOpen(),
    isGreetingRead: () => sent.some((text) => text.includes('Good morning.')),
  };
}

test('the first words are read as well as heard, though the connection stands before its data channel', async () => {
  const call = await greeted();
  call.connected();
  await call.clock.advance(1200);
  expect(call.recording.outlets).toHaveLength(0);
  call.messagesOpen();
  expect(call.recording.outlets).toHaveLength(1);
  expect(call.isGreetingRead()).toBe(true);
  await call.clock.advance(5000);
  expect(call.recording.outlets).toHaveLength(1);
});

test('a data channel that opens first waits for the sound', async () => {
  const call = await greeted();
  call.messagesOpen();
  expect(call.clients.size).toBe(1);
  expect(call.recording.outlets).toHaveLength(0);
  call.connected();
  expect(call.isGreetingRead()).toBe(true);
});

test('a caller whose data channel never opens is talked to all the same', async () => {
  const call = await greeted();
  call.connected();
  await call.clock.advance(2900);
  expect(call.recording.outlets).toHaveLength(0);
  await call.clock.advance(200);
  expect(call.recording.outlets).toHaveLength(1);
});

test('a caller who hangs up before that is waited for no longer', async () => {
  const call = await greeted();
  call.connected();
  call.channel.close();
  await call.clock.advance(5000);
  expect(call.recording.outlets).toHaveLength(0);
});
