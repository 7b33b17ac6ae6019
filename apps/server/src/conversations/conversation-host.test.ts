import { WireError } from '@parley/contract/errors.ts';
import { createLightVoiceDetector } from '@parley/engine/audio/light-voice-detector.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { AgentOutput } from '@parley/engine/ports/agent.ts';
import type { TurnRecord } from '@parley/engine/ports/recorder.ts';
import {
  createMemoryRecorder,
  createScriptedAgent,
  createScriptedRecognizer,
  createScriptedSynthesizer,
} from '@parley/engine/simulation/scripted-parts.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSoleOwnership } from '../sessions/ownership.ts';
import { createMemorySessionStore } from '../sessions/session-store.ts';
import { createAgentDirectory } from './agent-directory.ts';
import { ConversationHost } from './conversation-host.ts';
import type { NewConversation, StoredConversation } from './stored-conversation.ts';

const unloadAfterMs = 1000;
const listener = { tell() {} };

let recorder: ReturnType<typeof createMemoryRecorder>;
/** Each write waits for this. */
let gate: Promise<void>;
let host: ConversationHost;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  recorder = createMemoryRecorder();
  gate = Promise.resolve();
  host = createHost();
});

afterEach(async () => {
  await host.suspendAll();
  vi.useRealTimers();
});

it('gives whoever comes while a conversation is being left a live one, brought back from what was stored', async () => {
  const { id, token } = await host.open({
    organizationId: 'shop',
    agentId: 'scripted',
    channelType: 'chat',
    timeZone: 'UTC',
  });
  const first = await host.enter(id, { kind: 'token', token });
  const inlet = first.conversation.attachClient(listener);
  await vi.advanceTimersByTimeAsync(10);
  // The database is slow: the answer is still being written when the page is left and the conversation with it.
  let open = () => {};
  gate = new Promise((resolve) => {
    open = resolve;
  });
  inlet.text('hello', 'm1');
  await vi.advanceTimersByTimeAsync(10);
  inlet.detach();
  await vi.advanceTimersByTimeAsync(unloadAfterMs);

  const entered = host.enter(id, { kind: 'token', token });
  await vi.advanceTimersByTimeAsync(10);
  open();
  await vi.advanceTimersByTimeAsync(10);
  const { conversation } = await entered;
  expect(conversation.state).not.toBe('ended');
  expect(conversation).not.toBe(first.conversation);
  expect(recorder.turns.get(2)?.caller?.text).toBe('hello');
  conversation.attachClient(listener).text('again', 'm2');
  await vi.advanceTimersByTimeAsync(10);
  expect(recorder.turns.get(3)?.caller?.text).toBe('again');
});

it('does not leave a conversation between somebody’s entering it and their connection', async () => {
  const { id, token } = await host.open({
    organizationId: 'shop',
    agentId: 'scripted',
    channelType: 'voice',
    timeZone: 'UTC',
  });
  await host.enter(id, { kind: 'token', token });
  await vi.advanceTimersByTimeAsync(unloadAfterMs - 100);
  // A call comes in; its handshake takes a moment.
  const { conversation } = await host.enter(id, { kind: 'token', token });
  await vi.advanceTimersByTimeAsync(unloadAfterMs - 100);
  expect(conversation.state).not.toBe('ended');
});

it('lets two who enter at once into the same conversation', async () => {
  const { id, token } = await host.open({
    organizationId: 'shop',
    agentId: 'scripted',
    channelType: 'chat',
    timeZone: 'UTC',
  });
  const [one, other] = await Promise.all([
    host.enter(id, { kind: 'token', token }),
    host.enter(id, { kind: 'token', token }),
  ]);
  expect(one.conversation).toBe(other.conversation);
  expect(host.liveCount).toBe(1);
});

it('lets nobody in who was on the way when it began to drain', async () => {
  const { id, token } = await host.open({
    organizationId: 'shop',
    agentId: 'scripted',
    channelType: 'chat',
    timeZone: 'UTC',
  });
  await host.enter(id, { kind: 'token', token });
  const entering = host.enter(id, { kind: 'token', token });
  const [, result] = await Promise.allSettled([host.suspendAll(), entering]);
  expect(result).toMatchObject({ status: 'rejected', reason: { code: 'shutting_down' } });
});

it('goes on with those who are here while balancers find out that it ends, and takes nobody new', async () => {
  const pass = { kind: 'organization', organizationId: 'shop' } as const;
  const opening = (channelType: 'voice' | 'chat') =>
    host.open({ organizationId: 'shop', agentId: 'scripted', channelType, timeZone: 'UTC' });
  const [chat, waiting] = [await opening('chat'), await opening('voice')];
  const drained = host.drain(25_000, 5000);
  expect(host.draining).toBe(true);
  await expect(opening('chat')).rejects.toMatchObject({ code: 'shutting_down' });
  await expect(host.enter(waiting.id, pass, 'call')).rejects.toMatchObject({ code: 'shutting_down' });
  await vi.advanceTimersByTimeAsync(4900);
  const { conversation } = await host.enter(chat.id, pass);
  expect(conversation.state).not.toBe('ended');
  await vi.advanceTimersByTimeAsync(200);
  await drained;
  expect(conversation.state).toBe('ended');
  await expect(host.enter(chat.id, pass)).rejects.toMatchObject({ code: 'shutting_down' });
});

describe('callers that are still there when the time to drain is over', () => {
  const pass = { kind: 'organization', organizationId: 'shop' } as const;
  /** Greeted a second ago. */
  const caller = async (comesBack: boolean) => {
    const { id } = await host.open({
      organizationId: 'shop',
      agentId: 'scripted',
      channelType: 'voice',
      timeZone: 'UTC',
    });
    const { conversation } = await host.enter(id, pass, 'call');
    const closes: string[] = [];
    let frames = 0;
    const isSound = (frame: Int16Array) => frame.some((sample) => sample !== 0);
    conversation.attachAudio({
      ...{ kind: 'sip', echo: 'cancelled', playoutDelayMs: 60, comesBack, clear() {} },
      write: (frame) => {
        if (isSound(frame)) frames += 1;
      },
      close: (reason) => closes.push(reason),
    });
    await vi.advanceTimersByTimeAsync(3000);
    return { conversation, closes, heard: () => frames };
  };

  it('are told so by telephone, and hung up on when that was heard', async () => {
    const { closes, heard } = await caller(false);
    const before = heard();
    const drained = host.drain(5000);
    await vi.advanceTimersByTimeAsync(6000);
    expect(heard()).toBeGreaterThan(before);
    expect(closes).toEqual([]);
    await vi.advanceTimersByTimeAsync(7000);
    await drained;
    expect(closes).toEqual(['shutdown']);
    expect([...recorder.turns.values()].at(-1)?.reply).toMatchObject({
      heardText: 'I am sorry, I have to end this call now. Please call again.',
    });
  });

  it('come back by themselves with a page: nobody tells them to', async () => {
    const { closes, heard } = await caller(true);
    const before = heard();
    const drained = host.drain(5000);
    await vi.advanceTimersByTimeAsync(5500);
    await drained;
    expect(heard()).toBe(before);
    expect(closes).toEqual(['shutdown']);
  });

  it('are not waited for after a second signal', async () => {
    const { conversation } = await caller(false);
    const drained = host.drain(5000);
    await vi.advanceTimersByTimeAsync(5500);
    host.hurry();
    await vi.advanceTimersByTimeAsync(200);
    await drained;
    expect(conversation.state).toBe('ended');
  });
});

it('a second signal does not wait for balancers', async () => {
  const drained = host.drain(25_000, 60_000);
  host.hurry();
  await vi.advanceTimersByTimeAsync(200);
  await drained;
});

it('counts calls and chats apart, and lets chats that nobody is at make room for others', async () => {
  host = createHost({ maxCalls: 1, maxChats: 2 });
  const pass = { kind: 'organization', organizationId: 'shop' } as const;
  const open = async (channelType: 'voice' | 'chat') =>
    (await host.open({ organizationId: 'shop', agentId: 'scripted', channelType, timeZone: 'UTC' })).id;
  const chats = [await open('chat'), await open('chat'), await open('chat')];
  const [first = '', second = '', third = ''] = chats;
  const attached = (await host.enter(first, pass)).conversation.attachClient(listener);
  await host.enter(second, pass);
  // Calls are not kept out by chats.
  await host.enter(await open('voice'), pass, 'call');
  await expect(open('voice')).rejects.toMatchObject({ code: 'too_many_conversations' });
  // Nobody is at the second: it goes on from the database when somebody comes back.
  (await host.enter(third, pass)).conversation.attachClient(listener);
  await expect(host.enter(second, pass)).rejects.toMatchObject({ code: 'too_many_conversations' });
  attached.detach();
  await vi.advanceTimersByTimeAsync(10);
  await expect(host.enter(second, pass)).resolves.toBeDefined();
});

it('ends a conversation also where there is no room for one more', async () => {
  let free = 2;
  const full = async () => {
    if (free === 0) throw new WireError('too_many_conversations');
    free -= 1;
    return () => {
      free += 1;
    };
  };
  host = createHost({ maxCalls: 1, maxChats: 1 }, full);
  const pass = { kind: 'organization', organizationId: 'shop' } as const;
  const request = { organizationId: 'shop', agentId: 'scripted', channelType: 'chat', timeZone: 'UTC' } as const;
  const [here, stored] = [await host.open(request), await host.open(request)];
  (await host.enter(here.id, pass)).conversation.attachClient(listener);
  free = 0;
  await expect(host.enter(stored.id, pass)).rejects.toMatchObject({ code: 'too_many_conversations' });
  const { resident, release } = await host.holdToEnd(stored.id, pass);
  const ended = resident.end('completed', undefined);
  await vi.advanceTimersByTimeAsync(10);
  await ended;
  release();
  expect(host.liveCount).toBe(1);
  // It gave back no place that it never took.
  expect(free).toBe(0);
});

it('lets a token in for an hour', async () => {
  const request = { organizationId: 'shop', agentId: 'scripted', channelType: 'chat', timeZone: 'UTC' } as const;
  const { id, token } = await host.open(request);
  const other = await host.open(request);
  await expect(host.authorize(id, other.token)).rejects.toMatchObject({ code: 'forbidden' });
  await vi.advanceTimersByTimeAsync(59 * 60_000);
  await expect(host.authorize(id, token)).resolves.toMatchObject({ organizationId: 'shop' });
  await vi.advanceTimersByTimeAsync(61_000);
  await expect(host.authorize(id, token)).rejects.toMatchObject({ code: 'token_expired' });
});

function createHost(
  limits: { readonly maxCalls: number; readonly maxChats: number } = { maxCalls: 10, maxChats: 10 },
  enterOrganization: () => Promise<() => void> = async () => () => {},
): ConversationHost {
  const stored = new Map<string, NewConversation>();
  const clock = createSystemClock();
  const agent = createScriptedAgent(async function* (cue): AsyncGenerator<AgentOutput> {
    yield { type: 'say', text: cue.type === 'greet' ? 'Hello there.' : 'Fine.' };
    yield { type: 'finished', memory: {}, expects: undefined, end: false };
  });
  const asStored = (conversation: NewConversation): StoredConversation => ({
    ...conversation,
    startedAt: new Date(),
    lastActivityAt: new Date(),
    endReason: undefined,
  });
  const scripted = {
    agent,
    name: 'Scripted',
    description: '',
    vocabulary: { id: 'scripted', phrases: [], contexts: {} },
    suggestions: [],
  };
  return new ConversationHost(
    {
      store: {
        create: async (conversation) => {
          stored.set(conversation.id, conversation);
        },
        find: async (id) => {
          const found = stored.get(id);
          return found === undefined ? undefined : asStored(found);
        },
        load: async (id) => {
          const found = stored.get(id);
          if (found === undefined) return undefined;
          const recentTurns: TurnRecord[] = [...recorder.turns.values()];
          const state = { version: recentTurns.length, memory: undefined, expects: undefined, recentTurns };
          return { conversation: asStored(found), state };
        },
      },
      directory: createAgentDirectory(new Map([['scripted', scripted]]), 'scripted'),
      ownership: createSoleOwnership(),
      sessions: createMemorySessionStore(),
      enterOrganization,
      speechFor: async () => ({
        isSpoken: true,
        recognizer: createScriptedRecognizer(clock, () => ({ kind: 'nothing' })),
        synthesizer: createScriptedSynthesizer(clock),
      }),
      voiceDetector: createLightVoiceDetector(),
      recorderFor: () => ({
        recordTurn: async (turn) => {
          await gate;
          await recorder.recordTurn(turn);
        },
        recordEnd: (...end) => recorder.recordEnd(...end),
      }),
      clock,
      onError() {},
    },
    { ...limits, unloadAfterMs },
  );
}
