import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { expect, test } from 'vitest';
import { createRecordingConversation } from '../testing/recording-conversation.ts';
import type { Transport } from './transport.ts';
import { createWebRtcChannel } from './webrtc-channel.ts';

const hello = { agent: 'Receptionist', language: 'en-US' };
const signal = new AbortController().signal;

/** Takes every offer; nobody ever connects. */
function createSilentTransport(): Transport & { readonly open: Set<number> } {
  const open = new Set<number>();
  let opened = 0;
  return {
    open,
    async answer() {
      opened += 1;
      const id = opened;
      open.add(id);
      const peer = {
        payloadType: 111,
        ssrc: id,
        sendAudioPacket() {},
        sendMessage: () => false,
        close: () => open.delete(id),
      };
      return { peer, answerSdp: 'v=0' };
    },
    close() {},
  };
}

test('a client that sends offer after offer and never connects holds one connection, not all', async () => {
  const transport = createSilentTransport();
  const clock = createVirtualClock();
  const channel = createWebRtcChannel({ port: 0, transport, clock });
  const [hostile, other] = [createRecordingConversation(), createRecordingConversation()];
  await channel.answer({ sdp: 'v=0', conversation: other, hello, signal });
  for (let n = 0; n < 50; n += 1) await channel.answer({ sdp: 'v=0', conversation: hostile, hello, signal });
  await Promise.all(
    Array.from({ length: 50 }, () => channel.answer({ sdp: 'v=0', conversation: hostile, hello, signal })),
  );
  expect(channel.activePeers).toBe(2);
  expect(transport.open.size).toBe(2);
  await clock.advance(20_000);
  expect(channel.activePeers).toBe(0);
  expect(transport.open.size).toBe(0);
});
