import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { captionsOf } from './captions.ts';
import { type ConversationClient, createConversationClient } from './conversation-client.ts';
import {
  conversationId,
  createFakeWire,
  errorAnswer,
  type FakePeer,
  type FakeSocket,
  FakeTrack,
  type FakeWire,
  sentOver,
  turnOf,
  viewBody,
} from './fake-wire.ts';

let wire: FakeWire;
let client: ConversationClient;
let unsubscribe: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  wire = createFakeWire();
  client = createConversationClient({
    baseUrl: 'https://parley.test/',
    timeZone: 'Europe/London',
    environment: wire.environment,
  });
  unsubscribe = client.subscribe(() => undefined);
});

afterEach(() => {
  client.close();
  unsubscribe();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('in text', () => {
  test('typing opens a conversation and the words go out once the server has said who it is', async () => {
    expect(client.sendText('  I need a haircut  ')).toBe(true);
    await settle();
    expect(wire.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/conversations',
      body: { channel_type: 'chat', time_zone: 'Europe/London' },
    });
    const socket = newestSocket();
    expect(socket.url).toBe(`wss://parley.test/v1/conversations/${conversationId}/chat`);
    expect(socket.protocols).toEqual(['parley.v1', 'parley.token.token-1']);
    socket.open();
    await settle();
    expect(sentOver(socket)).toEqual([]);
    socket.hello();
    expect(socket.sent).toEqual([
      { type: 'user_text', data: { conversationId, messageId: 'm-1', text: 'I need a haircut' } },
    ]);
    expect(client.getSnapshot()).toMatchObject({
      connection: 'connected',
      medium: 'chat',
      agent: { name: 'Front desk' },
    });
  });

  test('a typed message stands as sending until its turn is stored, then once as said', async () => {
    const socket = await chat();
    client.sendText('a haircut');
    expect(shown()).toEqual(['user…: a haircut']);
    socket.say({
      type: 'turn_recorded',
      data: { turn: turnOf({ turnNumber: 2, userText: 'a haircut', messageId: 'm-1', heardText: null }) },
    });
    socket.say({
      type: 'assistant_response',
      data: { turnNumber: 2, sentence: 0, text: 'Certainly.', emotionalTone: 'warm' },
    });
    expect(shown()).toEqual(['user: a haircut', 'agent…: Certainly.']);
  });

  test('an action that the record tells in another order of its fields is the same action', async () => {
    const socket = await chat();
    const data = { bookingId: 'b-1', service: 'haircut', place: { zone: 'Europe/London', chair: 2 } };
    socket.say({ type: 'assistant_action', data: { turnNumber: 2, name: 'appointment_booked', data } });
    const stored = { service: 'haircut', place: { chair: 2, zone: 'Europe/London' }, bookingId: 'b-1' };
    const turn = turnOf({ turnNumber: 2, userText: 'yes' });
    const reply =
      turn.reply === null ? null : { ...turn.reply, actions: [{ name: 'appointment_booked', data: stored }] };
    socket.say({ type: 'turn_recorded', data: { turn: { ...turn, reply } } });
    expect(client.getSnapshot().transcript.turns[0]?.actions).toHaveLength(1);
  });

  test('what was typed before the greeting stands below it', async () => {
    client.sendText('a haircut');
    await settle();
    const socket = newestSocket();
    socket.open();
    await settle();
    socket.hello();
    socket.say({
      type: 'assistant_response',
      data: { turnNumber: 1, sentence: 0, text: 'Hello.', emotionalTone: 'warm' },
    });
    socket.say({ type: 'turn_recorded', data: { turn: turnOf({ turnNumber: 1, replyText: 'Hello.' }) } });
    expect(shown()).toEqual(['agent: Hello.', 'user…: a haircut']);
  });

  test('an answer that overtakes the storing of the question still stands below it', async () => {
    const socket = await chat();
    client.sendText('a haircut');
    socket.say({
      type: 'assistant_response',
      data: { turnNumber: 2, sentence: 0, text: 'Certainly.', emotionalTone: 'warm' },
    });
    expect(shown().map((line) => line.slice(0, 4))).toEqual(['user', 'agen']);
  });

  test('a dropped connection comes back to the same conversation and resends only what was not stored', async () => {
    const first = await chat();
    client.sendText('one');
    client.sendText('two');
    expect(sentOver(first)).toEqual(['user_text m-1', 'user_text m-2']);
    // The first was stored, but the news of it was lost with the connection.
    wire.answers.view = { status: 200, body: viewBody([turnOf({ turnNumber: 2, userText: 'one', messageId: 'm-1' })]) };
    first.drop();
    expect(client.getSnapshot().connection).toBe('reconnecting');
    expect(notices()).toEqual(['connection_lost']);
    client.sendText('three');
    await vi.advanceTimersByTimeAsync(400);
    expect(wire.requests.at(-1)).toMatchObject({
      method: 'GET',
      path: `/v1/conversations/${conversationId}`,
      bearer: 'Bearer token-1',
    });
    const second = newestSocket();
    expect(second).not.toBe(first);
    expect(second.url).toBe(first.url);
    second.open();
    await settle();
    second.hello();
    expect(sentOver(second)).toEqual(['user_text m-2', 'user_text m-3']);
    expect(wire.requests.filter((request) => request.method === 'POST')).toHaveLength(1);
    expect(notices()).toEqual(['reconnected']);
    expect(shown()).toEqual(['user: one', 'agent: Certainly.', 'user…: two', 'user…: three']);
  });

  test('waits between attempts double up to the longest and end with a question to the person', async () => {
    const socket = await chat();
    wire.answers.view = 'unreachable';
    socket.drop();
    const attemptAfterMs: number[] = [];
    let sinceMs = 0;
    let seen = wire.requests.length;
    for (; client.getSnapshot().connection === 'reconnecting' && sinceMs < 120_000; sinceMs += 100) {
      await vi.advanceTimersByTimeAsync(100);
      if (wire.requests.length > seen) {
        seen = wire.requests.length;
        attemptAfterMs.push(sinceMs + 100);
        sinceMs = -100;
      }
    }
    expect(attemptAfterMs).toEqual([400, 800, 1600, ...Array.from({ length: 11 }, () => 3000)]);
    expect(client.getSnapshot().connection).toBe('lost');
    expect(notices()).toEqual(['server_unreachable']);
    wire.answers.view = { status: 200, body: viewBody([]) };
    client.retry();
    await settle();
    newestSocket().open();
    await settle();
    expect(client.getSnapshot().connection).toBe('connected');
    expect(wire.requests.filter((request) => request.method === 'POST')).toHaveLength(1);
  });

  test('a server that takes the connection and stays silent is left and tried again', async () => {
    client.sendText('hello?');
    await settle();
    newestSocket().open();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(client.getSnapshot().connection).toBe('reconnecting');
    expect(wire.sockets[0]?.readyState).toBe(3);
    await vi.advanceTimersByTimeAsync(400);
    newestSocket().open();
    await settle();
    newestSocket().hello();
    expect(sentOver(newestSocket())).toEqual(['user_text m-1']);
  });

  test('when the network is back it does not wait out the delay', async () => {
    const socket = await chat();
    wire.network.dispatchEvent(new Event('offline'));
    expect(client.getSnapshot().connection).toBe('reconnecting');
    expect(socket.readyState).toBe(3);
    wire.network.dispatchEvent(new Event('online'));
    await settle();
    expect(wire.sockets).toHaveLength(2);
  });

  test('a conversation that ended on the server while we were away is shown as ended', async () => {
    const socket = await chat();
    client.sendText('never stored');
    wire.answers.view = { status: 200, body: viewBody([turnOf({ turnNumber: 1, replyText: 'Hello.' })], 'silence') };
    socket.drop();
    await vi.advanceTimersByTimeAsync(400);
    expect(client.getSnapshot()).toMatchObject({ connection: 'ended', endReason: 'silence' });
    expect(captionsOf(client.getSnapshot().transcript, 'ended').at(-1)).toMatchObject({
      text: 'never stored',
      delivery: 'failed',
    });
    expect(wire.sockets).toHaveLength(1);
  });

  test('when all lines are busy it says so and the words wait for another try', async () => {
    wire.answers.open = errorAnswer('too_many_conversations');
    client.sendText('hello?');
    await settle();
    expect(client.getSnapshot()).toMatchObject({
      connection: 'idle',
      notices: [{ code: 'too_many_conversations', remedy: 'retry' }],
    });
    wire.answers.open = createFakeWire().answers.open;
    client.retry();
    await settle();
    newestSocket().open();
    await settle();
    newestSocket().hello();
    expect(sentOver(newestSocket())).toEqual(['user_text m-1']);
    expect(notices()).toEqual([]);
  });

  test('messages that cannot be read are skipped with a coded notice and the conversation goes on', async () => {
    const socket = await chat();
    for (const garbage of [
      '{nonsense',
      '[]',
      '{"type":"no_such_type","data":{}}',
      'x'.repeat(70_000),
      new ArrayBuffer(4),
    ]) {
      client.dismissNotice('malformed_server_message');
      socket.sayRaw(garbage);
      expect(notices()).toEqual(['malformed_server_message']);
    }
    socket.say({ type: 'state', data: { state: 'processing' } });
    expect(client.getSnapshot()).toMatchObject({ connection: 'connected', state: 'processing' });
  });

  test('a server that finds it too soon is asked again with the same id', async () => {
    const socket = await chat();
    client.sendText('one');
    socket.say({ type: 'error', data: { code: 'too_many_messages', message: 'Too many messages at once.' } });
    expect(notices()).toEqual(['too_many_messages']);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(sentOver(socket)).toEqual(['user_text m-1', 'user_text m-1']);
  });

  test('text that the protocol does not take stays with the person', async () => {
    const socket = await chat();
    expect(client.sendText('x'.repeat(2001))).toBe(false);
    expect(notices()).toEqual(['text_too_long']);
    expect(client.sendText('   ')).toBe(false);
    expect(Array.from({ length: 21 }, () => client.sendText('again')).filter(Boolean)).toHaveLength(20);
    expect(notices()).toContain('too_many_unsent');
    expect(socket.sent).toHaveLength(20);
  });

  test('the agent ends it: the last words are let through, then the record is read and all is closed', async () => {
    const socket = await chat();
    wire.answers.view = {
      status: 200,
      body: viewBody([turnOf({ turnNumber: 1, replyText: 'Goodbye.' })], 'completed'),
    };
    socket.say({ type: 'conversation_ended', data: { reason: 'completed' } });
    expect(client.getSnapshot()).toMatchObject({ connection: 'ended', state: 'ended', endReason: 'completed' });
    await vi.advanceTimersByTimeAsync(600);
    expect(socket.readyState).toBe(3);
    expect(shown()).toEqual(['agent: Goodbye.']);
    expect(client.sendText('one more thing')).toBe(true);
    await settle();
    expect(wire.requests.filter((request) => request.method === 'POST')).toHaveLength(2);
  });
});

describe('by voice', () => {
  test('starting over right after hanging up leaves no call behind', async () => {
    const peer = await call();
    client.hangUp();
    client.startOver();
    expect(peer.connectionState).toBe('closed');
    expect(client.getSnapshot()).toMatchObject({ connection: 'idle', conversationId: undefined });
  });

  test('a call sends the microphone, takes the answer and hears the agent', async () => {
    const peer = await call();
    expect(wire.requests[0]?.body).toMatchObject({ channel_type: 'voice' });
    expect(wire.requests[1]).toMatchObject({
      path: `/v1/conversations/${conversationId}/webrtc`,
      bearer: 'Bearer token-1',
      body: { sdp: 'v=0 offer' },
    });
    expect(peer.answer).toBe('v=0 answer');
    expect(peer.track).toBe(wire.microphones[0]?.tracks[0]);
    expect(wire.devices.constraints[0]).toEqual({
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    });
    const snapshot = client.getSnapshot();
    expect(snapshot).toMatchObject({ connection: 'connected', medium: 'voice' });
    expect(snapshot.agentStream?.getAudioTracks()).toHaveLength(1);
  });

  test('what was cut off is struck through, at once and still when the turn is stored', async () => {
    const { channel } = await call();
    channel.say({
      type: 'assistant_response',
      data: { turnNumber: 1, sentence: 0, text: 'Hello there.', emotionalTone: 'warm' },
    });
    channel.say({
      type: 'assistant_response',
      data: { turnNumber: 1, sentence: 1, text: 'What can I do for you?', emotionalTone: 'warm' },
    });
    expect(shown()).toEqual(['agent…: Hello there. What can I do for you?']);
    channel.say({
      type: 'assistant_cut_off',
      data: { turnNumber: 1, heardText: 'Hello there. What', unheardText: 'can I do for you?' },
    });
    expect(shown()).toEqual(['agent: Hello there. What ~can I do for you?~']);
    const turn = turnOf({
      turnNumber: 1,
      replyText: 'Hello there. What can I do for you?',
      heardText: 'Hello there. What',
      interrupted: true,
    });
    channel.say({ type: 'turn_recorded', data: { turn } });
    expect(shown()).toEqual(['agent: Hello there. What ~can I do for you?~']);
  });

  test('partials are replaced by the final, and a reply is not shown before it sounds', async () => {
    const { channel } = await call();
    channel.say({ type: 'state', data: { state: 'listening' } });
    channel.say({
      type: 'transcription_update',
      data: { turnNumber: 2, text: 'a hair', confidence: 0.4, isFinal: false },
    });
    expect(shown()).toEqual(['user…: a hair']);
    channel.say({
      type: 'transcription_update',
      data: { turnNumber: 2, text: 'a haircut', confidence: 0.9, isFinal: true },
    });
    channel.say({ type: 'state', data: { state: 'responding' } });
    channel.say({
      type: 'turn_recorded',
      data: { turn: turnOf({ turnNumber: 2, userText: 'a haircut', replyText: 'Sure. When?', heardText: null }) },
    });
    channel.say({
      type: 'assistant_response',
      data: { turnNumber: 2, sentence: 0, text: 'Sure.', emotionalTone: 'warm' },
    });
    expect(shown()).toEqual(['user: a haircut', 'agent…: Sure.']);
  });

  test('a murmur that was not words disappears again', async () => {
    const { channel } = await call();
    const murmur = { turnNumber: 2, text: 'uh', confidence: 0.2, isFinal: false };
    channel.say({ type: 'transcription_update', data: murmur });
    expect(shown()).toEqual(['user…: uh']);
    channel.say({ type: 'transcription_update', data: { ...murmur, text: '', isFinal: true } });
    expect(shown()).toEqual([]);
    channel.say({ type: 'transcription_update', data: murmur });
    channel.say({ type: 'turn_recorded', data: { turn: turnOf({ turnNumber: 2, replyText: 'Are you there?' }) } });
    expect(shown()).toEqual(['agent: Are you there?']);
  });

  test.each(['tap', 'hold'] as const)('in %s mode nothing is heard outside of a pressed turn', async (mode) => {
    const peer = await call();
    client.setTalkMode(mode);
    expect(microphone().enabled).toBe(false);
    client.pressTalk();
    client.pressTalk();
    expect(microphone().enabled).toBe(true);
    client.releaseTalk();
    client.releaseTalk();
    expect(microphone().enabled).toBe(false);
    expect(sentOver(peer.channel)).toEqual(['user_input_started', 'user_input_ended']);
    client.setTalkMode('hands_free');
    expect(microphone().enabled).toBe(true);
    client.pressTalk();
    expect(peer.channel.sent).toHaveLength(2);
  });

  test('muted in hands-free nothing is heard until unmuted', async () => {
    await call();
    client.setMuted(true);
    expect(microphone().enabled).toBe(false);
    client.setMuted(false);
    expect(microphone().enabled).toBe(true);
  });

  test.each([
    ['NotAllowedError', 'microphone_denied'],
    ['NotFoundError', 'microphone_missing'],
    ['NotReadableError', 'microphone_busy'],
  ])('a microphone refused with %s is told as %s, and typing still works', async (refusal, code) => {
    wire.devices.refusal = refusal;
    client.startVoice();
    await settle();
    expect(client.getSnapshot()).toMatchObject({ connection: 'idle', notices: [{ code }] });
    expect(wire.requests).toEqual([]);
    const socket = await chat();
    client.sendText('typing then');
    expect(sentOver(socket)).toEqual(['user_text m-1']);
  });

  test('words typed while the microphone was asked for go out in text when it is refused', async () => {
    wire.devices.refusal = 'NotAllowedError';
    client.startVoice();
    client.sendText('hello');
    await settle();
    newestSocket().open();
    await settle();
    newestSocket().hello();
    expect(sentOver(newestSocket())).toEqual(['user_text m-1']);
    expect(notices()).toEqual(['microphone_denied']);
  });

  test('a call that the server has no line for is not made over and over, and can be tried again', async () => {
    wire.answers.webrtc = errorAnswer('too_many_conversations');
    client.startVoice();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.getSnapshot()).toMatchObject({ connection: 'lost', medium: 'voice', microphoneStream: undefined });
    expect(notices()).toEqual(['too_many_conversations']);
    expect(wire.peers).toHaveLength(1);
    wire.answers.webrtc = { status: 200, body: { sdp: 'v=0 answer' } };
    client.retry();
    await settle();
    newestPeer().channel.open();
    await settle();
    expect(client.getSnapshot()).toMatchObject({ connection: 'connected', medium: 'voice' });
  });

  test('on an insecure page it says why there is no microphone', async () => {
    client.close();
    unsubscribe();
    client = createConversationClient({
      baseUrl: 'http://parley.test',
      environment: { ...wire.environment, isSecureContext: false },
    });
    unsubscribe = client.subscribe(() => undefined);
    client.startVoice();
    await settle();
    expect(notices()).toEqual(['insecure_origin']);
  });

  test('hanging up tells the server and frees the microphone at once, then peer and channel', async () => {
    const peer = await call();
    client.hangUp();
    expect(sentOver(peer.channel)).toEqual(['hang_up']);
    expect(
      wire.microphones.every((stream) => stream.tracks.every((track) => track instanceof FakeTrack && track.isStopped)),
    ).toBe(true);
    expect(client.getSnapshot()).toMatchObject({
      connection: 'ended',
      endReason: 'caller_left',
      microphoneStream: undefined,
    });
    await vi.advanceTimersByTimeAsync(600);
    expect(peer.connectionState).toBe('closed');
    expect(peer.channel.readyState).toBe('closed');
    expect(client.getSnapshot().agentStream).toBeUndefined();
  });

  test('hanging up while it still connects leaves nothing behind', async () => {
    client.startVoice();
    await settle();
    const peer = newestPeer();
    client.hangUp();
    await settle();
    expect(peer.connectionState).toBe('closed');
    expect(microphone().isStopped).toBe(true);
    peer.channel.open();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(client.getSnapshot().connection).toBe('ended');
  });

  test('a call from which nothing comes any more is made again after three seconds', async () => {
    const first = await call();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(client.getSnapshot().connection).toBe('connected');
    first.isSending = false;
    await vi.advanceTimersByTimeAsync(4_000);
    expect(client.getSnapshot().connection).toBe('reconnecting');
    expect(first.connectionState).toBe('closed');
  });

  test('a server that never sends a sound while it has none to send keeps its call', async () => {
    const peer = await call();
    peer.isSending = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(client.getSnapshot().connection).toBe('connected');
  });

  test('a call whose path fails is made again in the same conversation with the same microphone', async () => {
    const first = await call();
    first.become('disconnected');
    await vi.advanceTimersByTimeAsync(3_900);
    expect(client.getSnapshot().connection).toBe('connected');
    first.become('failed');
    expect(client.getSnapshot().connection).toBe('reconnecting');
    expect(microphone().isStopped).toBe(false);
    await vi.advanceTimersByTimeAsync(400);
    const second = newestPeer();
    second.channel.open();
    await settle();
    expect(client.getSnapshot()).toMatchObject({ connection: 'connected', medium: 'voice' });
    expect(wire.microphones).toHaveLength(1);
    expect(first.connectionState).toBe('closed');
  });

  test('where voice cannot get through it is tried twice, then carried on in text', async () => {
    client.startVoice();
    await settle();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(wire.peers).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(wire.peers.every((peer) => peer.connectionState === 'closed')).toBe(true);
    expect(notices()).toEqual(['voice_unreachable']);
    newestSocket().open();
    await settle();
    expect(client.getSnapshot()).toMatchObject({
      connection: 'connected',
      medium: 'chat',
      microphoneStream: undefined,
    });
    expect(notices()).toEqual(['voice_unreachable']);
  });

  test('from text to voice and back it stays one conversation, and the old way is closed', async () => {
    const socket = await chat();
    client.startVoice();
    await settle();
    newestPeer().channel.open();
    await settle();
    newestPeer().channel.hello();
    expect(client.getSnapshot().medium).toBe('voice');
    expect(socket.readyState).toBe(3);
    client.startChat();
    await settle();
    newestSocket().open();
    await settle();
    expect(client.getSnapshot()).toMatchObject({ medium: 'chat', microphoneStream: undefined, agentStream: undefined });
    expect(newestPeer().connectionState).toBe('closed');
    expect(wire.requests.filter((request) => request.path === '/v1/conversations')).toHaveLength(1);
  });

  test('another microphone takes over in the call, and one that is unplugged is replaced', async () => {
    const peer = await call();
    wire.devices.present.push({ kind: 'audioinput', deviceId: 'headset', label: 'Headset' });
    wire.devices.dispatchEvent(new Event('devicechange'));
    await settle();
    expect(client.getSnapshot().microphones.map((device) => device.label)).toEqual(['Built-in', 'Headset']);
    client.chooseMicrophone('headset');
    await settle();
    expect(wire.devices.constraints[1]).toMatchObject({ deviceId: { exact: 'headset' } });
    expect(peer.track).toBe(wire.microphones[1]?.tracks[0]);
    expect(microphone(0).isStopped).toBe(true);
    microphone(1).dispatchEvent(new Event('ended'));
    await settle();
    expect(peer.track).toBe(wire.microphones[2]?.tracks[0]);
    expect(client.getSnapshot().connection).toBe('connected');
  });

  test('without speech on the server it carries on in text and says so', async () => {
    wire.answers.webrtc = errorAnswer('speech_unavailable');
    client.startVoice();
    await settle();
    newestSocket().open();
    await settle();
    expect(client.getSnapshot()).toMatchObject({ connection: 'connected', medium: 'chat' });
    expect(notices()).toEqual(['speech_unavailable']);
    expect(microphone().isStopped).toBe(true);
  });
});

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

async function chat(): Promise<FakeSocket> {
  client.startChat();
  await settle();
  const socket = newestSocket();
  socket.open();
  await settle();
  socket.hello();
  return socket;
}

async function call(): Promise<FakePeer> {
  client.startVoice();
  await settle();
  const peer = newestPeer();
  peer.channel.open();
  await settle();
  peer.channel.hello();
  return peer;
}

function newestSocket(): FakeSocket {
  const socket = wire.sockets.at(-1);
  if (socket === undefined) throw new Error('no socket was opened');
  return socket;
}

function newestPeer(): FakePeer {
  const peer = wire.peers.at(-1);
  if (peer === undefined) throw new Error('no call was made');
  return peer;
}

function microphone(index = 0): FakeTrack {
  const track = wire.microphones[index]?.tracks[0];
  if (!(track instanceof FakeTrack)) throw new Error(`microphone ${index} was never opened`);
  return track;
}

function notices(): readonly string[] {
  return client.getSnapshot().notices.map((notice) => notice.code);
}

/** The captions as lines: `…` marks what is not final, `~` what is struck. */
function shown(): readonly string[] {
  const { transcript, state } = client.getSnapshot();
  return captionsOf(transcript, state === 'waiting' ? 'responding' : state).map((caption) => {
    const struck = caption.struckText === '' ? '' : ` ~${caption.struckText}~`;
    return `${caption.speaker}${caption.isFinal ? '' : '…'}: ${caption.text}${struck}`;
  });
}
