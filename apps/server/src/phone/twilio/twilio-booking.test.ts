import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import type { FakeCall } from '@parley/fakes/twilio/fake-call.ts';
import { fakeNumber, startTwilioFake } from '@parley/fakes/twilio/twilio-fake.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { speak } from '@parley/speech/testing/voice-loop.ts';
import { expect, it, onTestFinished, vi } from 'vitest';
import { adminClient, adminEnv } from '../../testing/admin-client.ts';
import { startServerProcess } from '../../testing/server-process.ts';
import { publicUrl } from './testing/twilio-stage.ts';

const wish = 'I would like to book a haircut';
/** Said into the middle of the agent's question. */
const day = 'Friday at three pm';
const rest = ['my name is Alice', 'my number is four one five five five five one two three four', 'yes please'];
/** What the receptionist says when it did not catch something: the caller then says it again, as people do. */
const asksAgain = /\bI (?:didn't (?:catch|get)|missed) that\b/;
const mostRepeats = 3;
/** So much of the agent's question the caller listens to. */
const patienceMs = 900;
/** From the caller's voice to silence at their ear: a third of it on a machine that does nothing else. */
const mostOverlapMs = 1_000;

it('somebody books a haircut over a media stream by voice, and the agent stops when they talk over it', async () => {
  const reach: Record<string, string> = {};
  const twilio = await startTwilioFake({ port: 0, brain: createToneBrain(), reach });
  onTestFinished(() => twilio.close());
  const server = await startServerProcess({
    env: {
      ...{ ...adminEnv, PUBLIC_URL: publicUrl, ...twilio.environment },
      ...{ RECOGNIZER: 'embedded', SYNTHESIZER: 'embedded' },
    },
  });
  onTestFinished(async () => void (await server.stop()));
  reach[publicUrl] = server.url;
  const team = await adminClient(server.url);
  const synthesizer = createEmbeddedSynthesizer();
  onTestFinished(() => synthesizer.close());
  // Another voice than the agent's.
  const voiceOf = async (text: string) => (await speak(synthesizer, text, { voice: 'rms' })).samples;
  const dayVoice = await voiceOf(day);

  const call = twilio.placeCall({
    ...{ from: '+353861234567', to: fakeNumber, voiceUrl: `${publicUrl}/voice` },
    statusCallback: `${publicUrl}/voice/status`,
  });
  const { hears, speaks } = call.person;
  await agentSpoke(call, 0);
  const { conversation_id } = (await team.listCalls({ limit: 1 })).calls[0] ?? { conversation_id: '' };
  const turns = async () => (await team.getConversation({ conversation_id })).turns;

  const { endedMs } = await call.person.say(await voiceOf(wish));
  const questionMs = await call.until('the question', () => hears.soundAfter(endedMs), 10_000);
  await call.until('some of it', () => hears.durationMs > questionMs + patienceMs);
  const over = await call.person.say(dayVoice);
  const voiceMs = speaks.soundAfter(over.startedMs) ?? Number.NaN;
  // Until the answer to it, which comes after the caller's last word. At the first sound of a voice the agent holds its breath; when words
  // come of it nothing waits at Twilio any more that would have to be cleared there.
  const stoppedMs = lastSoundBefore(call, over.endedMs);
  expect(stoppedMs - voiceMs).toBeLessThanOrEqual(mostOverlapMs);
  await agentSpoke(call, over.endedMs);

  let repeats = 0;
  for (let at = 0; at < rest.length; at += 1) {
    const said = await call.person.say(await voiceOf(rest[at] ?? ''));
    await agentSpoke(call, said.endedMs);
    if (!asksAgain.test((await turns()).at(-1)?.reply?.text ?? '') || repeats >= mostRepeats) continue;
    repeats += 1;
    at -= 1;
  }
  call.person.hangUp();
  expect(await call.ended).toBe('completed');
  const view = await vi.waitUntil(
    async () => {
      const conversation = await team.getConversation({ conversation_id });
      return conversation.bookings.length > 0 && conversation.ended_at !== null ? conversation : undefined;
    },
    { timeout: 10_000, interval: 100 },
  );
  expect(view.bookings).toEqual([expect.objectContaining({ name: 'Alice', status: 'booked' })]);
  const heardByAgent = view.turns.map(({ user }) => user?.text.toLowerCase() ?? '').join(' / ');
  for (const word of ['haircut', 'friday', 'three', 'alice', 'yes']) expect(heardByAgent).toContain(word);

  // What stands in the record of the question is what had sounded at the caller's ear, to a word or two.
  const cut = view.turns.find(({ reply }) => reply?.interrupted === true)?.reply;
  if (cut === undefined || cut === null) throw new Error('No reply was interrupted.');
  expect(cut.text.startsWith(cut.heard_text ?? 'nothing')).toBe(true);
  const soundedMs = stoppedMs - questionMs;
  const ends = await wordEndsMs(synthesizer, cut.text, cut.tone);
  const sounded = ends.filter((endMs) => endMs <= soundedMs).length;
  expect(Math.abs(wordsOf(cut.heard_text ?? '') - sounded)).toBeLessThanOrEqual(2);
  expect(sounded).toBeGreaterThan(0);
  expect(sounded).toBeLessThan(ends.length);
  expect(call.reports).toEqual([]);
}, 180_000);

/** Until the agent has been heard after that time, and then was quiet for longer than between two sentences. */
async function agentSpoke(call: FakeCall, afterMs: number): Promise<void> {
  await call.until(
    'the agent has spoken',
    ({ person: { hears } }) => hears.lastSoundMs > afterMs && hears.durationMs - hears.lastSoundMs > 900,
    20_000,
  );
}

/** When the last sound before a time ended at the caller's ear. */
function lastSoundBefore(call: FakeCall, beforeMs: number): number {
  const { hears } = call.person;
  let lastMs = 0;
  for (let at = hears.soundAfter(0); at !== undefined && at < beforeMs; at = hears.soundAfter(at + 20))
    lastMs = at + 20;
  return lastMs;
}

/** When each word ends, from the beginning of the first, in the agent's own voice. */
async function wordEndsMs(
  synthesizer: ReturnType<typeof createEmbeddedSynthesizer>,
  text: string,
  tone: 'warm' | 'neutral' | 'energetic',
): Promise<number[]> {
  const ends: number[] = [];
  let fromMs = 0;
  for (const sentence of text.split(/(?<=[.?!]) /)) {
    const { words, samples } = await speak(synthesizer, sentence, { tone });
    ends.push(...words.map(({ endMs }) => fromMs + endMs));
    fromMs += samples.length / 16;
  }
  return ends;
}

function wordsOf(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length;
}
