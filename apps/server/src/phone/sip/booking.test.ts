import { hasBaresip, startBaresip } from '@parley/channels/testing/peers/baresip.ts';
import { freePortRange } from '@parley/channels/testing/peers/free-ports.ts';
import { createPhoneEar } from '@parley/channels/testing/peers/phone-ear.ts';
import { speechStretches } from '@parley/channels/testing/peers/speech-stretches.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { decodeWav } from '@parley/engine/audio/wav.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { speak } from '@parley/speech/testing/voice-loop.ts';
import { expect, it, onTestFinished, vi } from 'vitest';
import { adminClient, adminEnv } from '../../testing/admin-client.ts';
import { metricsEnv } from '../../testing/server-metrics.ts';
import { startServerProcess } from '../../testing/server-process.ts';

const lines = [
  'I would like to book a haircut',
  'Friday at three pm',
  'my name is Alice',
  'my number is four one five five five five one two three four',
  'yes please',
];
/** What the receptionist says when it did not catch something: the caller then says it again, as people do. */
const asksAgain = /\bI (?:didn't (?:catch|get)|missed) that\b/;
const mostRepeats = 3;

it.skipIf(!hasBaresip)(
  'a caller books a haircut by telephone, over real audio, and the recording has both sides in their turns',
  async () => {
    const firstPort = await freePortRange(20);
    const server = await startServerProcess({
      env: {
        ...adminEnv,
        ...metricsEnv,
        HOST: '127.0.0.1',
        SIP_PORT: '0',
        RTP_PORTS: `${firstPort}-${firstPort + 19}`,
        RECOGNIZER: 'embedded',
        SYNTHESIZER: 'embedded',
      },
    });
    onTestFinished(async () => void (await server.stop()));
    const team = await adminClient(server.url);
    await team.updateOrganization({ ifMatch: '*', body: { settings: { recording: { mode: 'always' } } } });
    const synthesizer = createEmbeddedSynthesizer();
    onTestFinished(() => synthesizer.close());
    const words = new Map<string, Pcm>();
    // Another voice than the agent's.
    for (const line of lines) {
      const { samples } = await speak(synthesizer, line, { voice: 'rms' });
      words.set(line, createWideToLine().process(samples));
    }
    const phone = await startBaresip({ address: '127.0.0.1', microphone: new Int16Array(0), codec: 'PCMU' });
    onTestFinished(() => phone.stop());
    const ear = createPhoneEar(phone);
    await phone.dial(`sip:receptionist@127.0.0.1:${server.sipPort}`);
    const callOf = async () => (await team.listCalls({ limit: 1 })).calls[0];
    const conversation_id = (await callOf())?.conversation_id ?? '';
    const lastAnswer = async () => {
      const { turns } = await team.getConversation({ conversation_id });
      return turns.at(-1)?.reply?.text ?? '';
    };
    await ear.spokenTo();
    let repeats = 0;
    for (let at = 0; at < lines.length; at += 1) {
      await phone.speak(words.get(lines[at] ?? '') ?? new Int16Array(0));
      await ear.spokenTo();
      if (!asksAgain.test(await lastAnswer()) || repeats >= mostRepeats) continue;
      repeats += 1;
      at -= 1;
    }
    await phone.hangUp();
    const view = await vi.waitUntil(
      async () => {
        const conversation = await team.getConversation({ conversation_id });
        return conversation.bookings.length > 0 ? conversation : undefined;
      },
      { timeout: 10_000, interval: 200 },
    );
    expect(view.bookings).toEqual([expect.objectContaining({ name: 'Alice', status: 'booked' })]);

    const recording = await vi.waitUntil(
      async () => {
        const { recordings } = await team.listRecordings({ conversation_id });
        return recordings.find(({ status }) => status === 'complete');
      },
      { timeout: 20_000, interval: 200 },
    );
    const sound = await team.getRecordingAudio({ recording_id: recording.recording_id });
    const { channels, sampleRateHz } = decodeWav(new Uint8Array(await sound.arrayBuffer()));
    const [caller = new Int16Array(), agent = new Int16Array()] = channels;
    // They took turns on the line, and so they do in the recording.
    const ofCaller = speechStretches(caller, sampleRateHz);
    const ofAgent = speechStretches(agent, sampleRateHz);
    expect(ofCaller.length).toBeGreaterThanOrEqual(lines.length);
    expect(ofAgent.length).toBeGreaterThanOrEqual(lines.length);
    for (const { fromMs, toMs } of ofCaller) {
      expect(ofAgent.some((one) => one.toMs < fromMs)).toBe(true);
      expect(ofAgent.filter((one) => one.fromMs < toMs && one.toMs > fromMs)).toEqual([]);
    }
    const lastedMs = (caller.length * 1000) / sampleRateHz;
    expect(Math.abs(lastedMs - ((await callOf())?.duration_seconds ?? 0) * 1000)).toBeLessThan(2_000);
  },
  240_000,
);
