import { MAX_APP_MESSAGE_CHARACTERS, serverMessageSchema } from '@parley/contract/app-messages.ts';
import type { ClientNotice } from '@parley/engine/ports/client.ts';
import type { TurnRecord } from '@parley/engine/ports/recorder.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toServerMessages } from './to-server-message.ts';

const record = (text: string): TurnRecord => ({
  conversationId: 'c',
  turnNumber: 3,
  cause: 'turn',
  startedAtEpochMs: 1_700_000_000_000,
  caller: { text, confidence: 0.9, rejected: false, modality: 'voice', messageId: undefined },
  understanding: { intent: 'book', confidence: 1, entities: [{ type: 'note', text, value: text }] },
  reply: {
    text,
    heardText: text,
    interrupted: false,
    tone: 'warm',
    actions: [{ name: 'booked', data: { note: text } }],
  },
  waterfall: {
    endOfTurnMs: 1,
    transcriptMs: undefined,
    agentMs: 2,
    sentenceMs: 3,
    synthesisMs: 4,
    playoutMs: 5,
    voiceToVoiceMs: 15,
  },
  memory: undefined,
  expects: undefined,
});

const notices = (text: string): ClientNotice[] => [
  { type: 'transcript', turnNumber: 1, text, confidence: 0.5, isFinal: true },
  { type: 'said', turnNumber: 1, sentence: 0, text, tone: 'neutral' },
  { type: 'cutOff', turnNumber: 1, heardText: text, unheardText: text },
  { type: 'acted', turnNumber: 1, name: 'booked', data: { note: text } },
  { type: 'trouble', code: 'agent_failed', message: text },
  { type: 'recorded', turn: record(text) },
];

test('whatever is told fits the limit and is what the contract says, however long it was', () => {
  const long = fc.string({ unit: 'binary', maxLength: 200 }).map((text) => `${text} `.repeat(100));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), long), (text) => {
      for (const message of notices(text).flatMap(toServerMessages)) {
        expect(JSON.stringify(message).length).toBeLessThanOrEqual(MAX_APP_MESSAGE_CHARACTERS);
        expect(serverMessageSchema.safeParse(message).success).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test('a very long sentence arrives whole, in pieces', () => {
  const text = 'word '.repeat(3000);
  const messages = toServerMessages({ type: 'said', turnNumber: 1, sentence: 2, text, tone: 'warm' });
  const texts = messages.map((message) => (message.type === 'assistant_response' ? message.data.text : ''));
  expect(texts.length).toBeGreaterThan(3);
  expect(texts.join('')).toBe(text);
});

test('a turn of ordinary length is told whole', () => {
  const [message] = toServerMessages({ type: 'recorded', turn: record('A haircut on Friday.') });
  expect(message).toMatchObject({
    type: 'turn_recorded',
    data: {
      turn: {
        turn_number: 3,
        user: { text: 'A haircut on Friday.', message_id: null },
        reply: {
          heard_text: 'A haircut on Friday.',
          actions: [{ name: 'booked', data: { note: 'A haircut on Friday.' } }],
        },
        waterfall: { end_of_turn_ms: 1, transcript_ms: null, voice_to_voice_ms: 15 },
      },
    },
  });
});
