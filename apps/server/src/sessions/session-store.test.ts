import { expect, it } from 'vitest';
import type { SessionState } from '../conversations/stored-conversation.ts';
import { parseSessionState } from './session-state-schema.ts';
import { createMemorySessionStore } from './session-store.ts';

const state = (version: number): SessionState => ({ version, memory: {}, expects: undefined, recentTurns: [] });

it('keeps as many sessions as it may, and forgets those that were used longest ago', async () => {
  const store = createMemorySessionStore({ maxSessions: 2, idleMs: 60_000 });
  store.save('a', state(1));
  store.save('b', state(1));
  await store.load('a');
  store.save('c', state(1));
  expect(await store.load('b')).toBeUndefined();
  expect(await store.load('a')).toEqual(state(1));
  expect(await store.load('c')).toEqual(state(1));
  store.remove('c');
  expect(await store.load('c')).toBeUndefined();
});

it('forgets a session that was idle for too long', async () => {
  const store = createMemorySessionStore({ maxSessions: 2, idleMs: 0 });
  store.save('a', state(1));
  expect(await store.load('a')).toBeUndefined();
});

it('reads back from JSON what it wrote, and nothing that is no session', () => {
  const full: SessionState = {
    version: 7,
    memory: { slots: { service: 'haircut' } },
    expects: 'time',
    recentTurns: [
      {
        conversationId: 'c',
        turnNumber: 2,
        cause: 'turn',
        startedAtEpochMs: 1,
        caller: { text: 'Hello', confidence: 1, rejected: false, modality: 'text', messageId: undefined },
        understanding: { intent: undefined, confidence: 0.5, entities: [{ type: 'n', text: '1', value: 1 }] },
        reply: { text: 'Hi', heardText: undefined, interrupted: false, tone: 'warm', actions: [] },
        waterfall: {
          endOfTurnMs: undefined,
          transcriptMs: undefined,
          agentMs: 1,
          sentenceMs: 2,
          synthesisMs: undefined,
          playoutMs: undefined,
          voiceToVoiceMs: undefined,
        },
        memory: undefined,
        expects: undefined,
      },
    ],
  };
  expect(parseSessionState(JSON.parse(JSON.stringify(full)))).toEqual(full);
  expect(() => parseSessionState({ version: 1 })).toThrow();
});
