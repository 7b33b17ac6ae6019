import { once } from 'node:events';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { type Digit, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { LegListener, ReferOutcome } from '../phone/phone-leg.ts';
import { until } from '../testing/recording-conversation.ts';
import { acceptMediaStream } from './media-stream.ts';
import { callerSids, connectStream } from './testing/stream-caller.ts';
import type { StreamCall, TwilioLegOptions } from './twilio-leg.ts';

const call: StreamCall = { direction: 'inbound', from: '+353861234567', to: '+35315550100' };
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

async function connected() {
  const stream = await connectStream();
  open.push(stream.close);
  return stream;
}

/** A call that has begun, and what is heard of its caller. */
async function talking(
  options: Partial<TwilioLegOptions & { readonly clock: Clock }> = {},
  more: Partial<StreamCall> = {},
) {
  const { server, caller, connection } = await connected();
  const accepted = acceptMediaStream(server, {
    connection,
    ...options,
    admit: () => ({ type: 'new', call: { ...call, ...more } }),
  });
  caller.start();
  const { leg, start } = await accepted;
  const frames: Pcm[] = [];
  const keys: Digit[] = [];
  const delays: number[] = [];
  const listener: LegListener = {
    frame: (frame) => frames.push(frame),
    digit: (digit) => keys.push(digit),
    playoutDelay: (delayMs) => delays.push(delayMs),
  };
  leg.listen(listener);
  return { leg, start, caller, frames, keys, delays };
}

const tone = (): Pcm =>
  Int16Array.from({ length: FRAME_SAMPLES }, (_, n) => Math.round(8000 * Math.sin((2 * Math.PI * 400 * n) / 16_000)));
const sentOf = (caller: { got: readonly { event: string }[] }, event: string) =>
  caller.got.filter((one) => one.event === event).length;
const never = new AbortController().signal;

describe('the beginning', () => {
  it('says whose stream it is, with what the TwiML gave it', async () => {
    const { server, caller } = await connected();
    const accepted = acceptMediaStream(server, {
      admit: (start) => {
        expect(start).toEqual({ ...callerSids, parameters: { token: 'once' } });
        return { type: 'new', call };
      },
    });
    caller.start({ token: 'once' });
    const { leg } = await accepted;
    expect(leg).toMatchObject({ callId: callerSids.callSid, kind: 'twilio', direction: 'inbound', line: 'mulaw' });
  });

  it('that does not come is not waited for', async () => {
    const { server, caller } = await connected();
    const closed = once(caller.socket, 'close');
    const accepted = acceptMediaStream(server, { startTimeoutMs: 50, admit: () => ({ type: 'new', call }) });
    await expect(accepted).rejects.toMatchObject({ code: 'timed_out' });
    expect((await closed)[0]).toBe(1008);
  });

  it('that is not admitted closes the stream', async () => {
    const { server, caller } = await connected();
    const closed = once(caller.socket, 'close');
    const accepted = acceptMediaStream(server, {
      admit: () => {
        throw new Error('a token that was used before');
      },
    });
    caller.start({ token: 'again' });
    await expect(accepted).rejects.toThrow('used before');
    expect((await closed)[0]).toBe(1008);
  });

  it('of something that is no media stream is refused', async () => {
    const { server, caller } = await connected();
    const accepted = acceptMediaStream(server, { admit: () => ({ type: 'new', call }) });
    caller.send('hello there');
    await expect(accepted).rejects.toMatchObject({ code: 'refused' });
  });

  it('of a stream that is closed first is over', async () => {
    const { server, caller } = await connected();
    const accepted = acceptMediaStream(server, { admit: () => ({ type: 'new', call }) });
    caller.socket.close();
    await expect(accepted).rejects.toMatchObject({ code: 'ended' });
  });
});

describe('sound', () => {
  it('of the caller is heard as it was, and keys between', async () => {
    const { caller, frames, keys } = await talking();
    // 0x80 and 0x00 are the loudest of either sign.
    for (let at = 0; at < 10; at += 1) caller.sound(new Uint8Array(160).fill(at % 2 === 0 ? 0x80 : 0x00));
    caller.send({ event: 'dtmf', streamSid: callerSids.streamSid, dtmf: { track: 'inbound_track', digit: '7' } });
    await until('all was heard', () => frames.length >= 10 && keys.length === 1);
    expect(keys).toEqual(['7']);
    expect(frames.every((frame) => frame.length === FRAME_SAMPLES)).toBe(true);
    expect(rmsDbfs(frames[2] ?? new Int16Array(0))).toBeGreaterThan(-3);
  });

  it('of the agent reaches the ear as it was, to its last sample, with a mark behind it', async () => {
    const { leg, caller } = await talking();
    for (let at = 0; at < 5; at += 1) leg.write(tone());
    await until('its end is marked', () => sentOf(caller, 'mark') === 1);
    // One more for what was still in the filter.
    expect(sentOf(caller, 'media')).toBe(6);
    expect(caller.got.at(-1)?.event).toBe('mark');
    const heard = caller.heard();
    expect(rmsDbfs(heard.subarray(31, 5 * 160))).toBeCloseTo(rmsDbfs(tone()), 0);
  });

  it('of the agent reaches the ear in order with all else that is said, over any WebSocket', async () => {
    const { server, caller, connection } = await connected();
    for (const raw of [connection, undefined]) {
      const stream = raw === undefined ? await connected() : { server, caller, connection };
      const accepted = acceptMediaStream(stream.server, {
        ...(raw !== undefined && { connection: raw }),
        admit: () => ({ type: 'new', call }),
      });
      stream.caller.start();
      const { leg } = await accepted;
      for (let at = 0; at < 60; at += 1) {
        leg.write(tone());
        if (at % 7 === 0) stream.server.ping();
        if (at % 10 === 9) await new Promise(setImmediate);
      }
      await until('its end is marked', () => sentOf(stream.caller, 'mark') === 3);
      expect(sentOf(stream.caller, 'media')).toBe(61);
      expect(stream.caller.got.flatMap(({ event }, at) => (event === 'mark' ? [at] : []))).toEqual([25, 51, 63]);
    }
  });

  it('that comes ahead of its time is known to be heard when it is, not when it came', async () => {
    const { leg, caller, delays } = await talking();
    for (let at = 0; at < 10; at += 1) leg.write(tone());
    await until('its end is marked', () => sentOf(caller, 'mark') === 1);
    caller.playAll();
    await until('the way was measured', () => delays.length > 0);
    // Over loopback nothing is added to the time for which it sounds.
    expect(leg.playoutDelayMs).toBeLessThan(80);
  });

  it('is marked each half second, and what comes back tells how far away the ear is', async () => {
    let aheadMs = 0;
    const system = createSystemClock();
    const { leg, caller, delays } = await talking({ clock: { ...system, nowMs: () => system.nowMs() + aheadMs } });
    for (let at = 0; at < 60; at += 1) leg.write(tone());
    await until('three marks came', () => sentOf(caller, 'mark') === 3);
    expect(leg.playoutDelayMs).toBe(100);
    aheadMs = 500;
    caller.playAll();
    await until('the way was measured', () => delays.length > 0);
    expect(leg.playoutDelayMs).toBe(delays.at(-1));
    expect(leg.playoutDelayMs).toBeGreaterThanOrEqual(500);
  });

  it('that was interrupted is thrown away at the far side too, once', async () => {
    const { leg, caller } = await talking();
    leg.write(tone());
    leg.clear();
    leg.clear();
    leg.write(tone());
    await until('the new words are marked', () => sentOf(caller, 'mark') === 1);
    expect(caller.got.map(({ event }) => event)).toEqual(['clear', 'media', 'media', 'media', 'media', 'mark']);
  });

  it('of keys is that of a telephone, and nothing is said over it', async () => {
    const { leg, caller } = await talking();
    const pressed = leg.sendDigits(['5', '#'], never);
    leg.write(tone());
    leg.clear();
    await pressed;
    // Two keys of 200 ms.
    await until('all of it came', () => sentOf(caller, 'media') >= 22);
    const heard = caller.heard();
    expect(strongest(heard.subarray(480, 1020))).toEqual([770, 1336]);
    expect(strongest(heard.subarray(2080, 2620))).toEqual([941, 1477]);
    expect(rmsDbfs(heard.subarray(1320, 1820))).toBeLessThan(-60);
  });

  it('keys that are no longer wanted are not pressed', async () => {
    const { leg, caller } = await talking();
    const scope = new AbortController();
    const pressed = leg.sendDigits(['1', '2', '3', '4', '5', '6'], scope.signal);
    await until('it began', () => sentOf(caller, 'media') > 2);
    scope.abort(new Error('not any more'));
    await expect(pressed).rejects.toThrow('not any more');
    leg.hangUp('shutdown');
    await once(caller.socket, 'close');
    expect(sentOf(caller, 'media')).toBeLessThan(30);
  });
});

describe('the end', () => {
  it('is known when the caller hangs up', async () => {
    const { leg, caller } = await talking();
    caller.send({ event: 'stop', sequenceNumber: '9', streamSid: callerSids.streamSid, stop: {} });
    expect(await leg.ended).toMatchObject({ by: 'far' });
    leg.write(tone());
    leg.clear();
    await once(caller.socket, 'close');
    expect(caller.got).toEqual([]);
  });

  it('is known when the connection breaks', async () => {
    const { leg, caller } = await talking();
    caller.socket.terminate();
    expect(await leg.ended).toMatchObject({ by: 'network' });
  });

  it('waits for the last words, and for no more', async () => {
    const { leg, caller } = await talking();
    for (let at = 0; at < 5; at += 1) leg.write(tone());
    leg.hangUp('completed');
    leg.hangUp('error');
    await until('the last words are marked', () => sentOf(caller, 'mark') === 1);
    expect(caller.socket.readyState).toBe(caller.socket.OPEN);
    caller.playAll();
    expect(await leg.ended).toEqual({ by: 'here', reason: 'completed' });
    await once(caller.socket, 'close');
  });

  it('comes without them when they never get through', async () => {
    const { leg } = await talking({ lastWordsMs: 60 });
    leg.write(tone());
    leg.hangUp('max_duration');
    expect(await leg.ended).toEqual({ by: 'here', reason: 'max_duration' });
  });

  it('comes when no sound arrives any more', async () => {
    const { leg, caller } = await talking({ audioTimeoutMs: 120 });
    caller.sound();
    expect(await leg.ended).toEqual({ by: 'network', reason: 'no sound came' });
  });

  it('comes when what is said is not read', async () => {
    const { leg } = await talking({ unreadTimeoutMs: 120 });
    leg.write(tone());
    expect(await leg.ended).toEqual({ by: 'network', reason: 'sound is not being read' });
  });

  it('comes when nothing that arrives makes sense', async () => {
    const { leg, caller } = await talking();
    for (let at = 0; at < 60; at += 1) caller.send('{"event":"media"');
    expect(await leg.ended).toMatchObject({ by: 'network' });
  });

  it('comes when more sound is sent than anybody can have spoken', async () => {
    const { leg, caller, frames } = await talking();
    for (let at = 0; at < 1000; at += 1) caller.sound();
    expect(await leg.ended).toEqual({ by: 'network', reason: 'sound comes faster than anybody speaks' });
    // What was kept of it is what a burst may bring, and no more.
    expect(frames.length).toBeLessThan(100);
  });

  it('leaves keys that were still to be pressed', async () => {
    const { leg, caller } = await talking();
    const pressed = leg.sendDigits(['1', '2', '3', '4', '5'], never);
    caller.socket.terminate();
    await expect(pressed).rejects.toMatchObject({ code: 'ended' });
  });
});

describe('a transfer', () => {
  it('that is answered ends the leg, after what was said has been heard', async () => {
    const targets: string[] = [];
    const { leg, caller } = await talking(
      {},
      {
        refer: async (target) => {
          targets.push(target);
          return { type: 'answered' };
        },
      },
    );
    leg.write(tone());
    const referred = leg.refer('+353861112222', never);
    await until('the last words are marked', () => sentOf(caller, 'mark') === 1);
    expect(targets).toEqual([]);
    caller.playAll();
    expect(await referred).toEqual({ type: 'answered' });
    expect(targets).toEqual(['+353861112222']);
    expect(await leg.ended).toEqual({ by: 'here', reason: 'transferred' });
  });

  it('that failed brings the caller back to the same leg on a new stream', async () => {
    const dialled = Promise.withResolvers<ReferOutcome>();
    const { leg, caller, frames } = await talking({}, { refer: () => dialled.promise });
    const referred = leg.refer('+353861112222', never);
    await until('the call is away', () => leg.isAway);
    caller.send({ event: 'stop', streamSid: callerSids.streamSid, stop: {} });
    await once(caller.socket, 'close');
    leg.write(tone());
    dialled.resolve({ type: 'failed', reason: 'busy' });

    const second = await connected();
    const accepted = acceptMediaStream(second.server, { admit: () => ({ type: 'back', leg }) });
    second.caller.start();
    expect((await accepted).isBack).toBe(true);
    expect(await referred).toEqual({ type: 'failed', reason: 'busy' });
    const before = frames.length;
    second.caller.sound();
    await until('the caller is heard again', () => frames.length > before);
    leg.write(tone());
    await until('the agent is heard again', () => sentOf(second.caller, 'media') > 0);
  });

  it('that the carrier refuses changes nothing', async () => {
    const { leg, caller, frames } = await talking({}, { refer: async () => ({ type: 'failed', reason: 'refused' }) });
    expect(await leg.refer('sip:me@example.com', never)).toEqual({ type: 'failed', reason: 'refused' });
    caller.sound();
    await until('the caller is heard', () => frames.length > 0);
  });

  it('from which the call does not come back ends it', async () => {
    const dialled = Promise.withResolvers<ReferOutcome>();
    const { leg, caller } = await talking({ comeBackMs: 60 }, { refer: () => dialled.promise });
    const referred = leg.refer('+353861112222', never);
    await until('the call is away', () => leg.isAway);
    caller.send({ event: 'stop', streamSid: callerSids.streamSid, stop: {} });
    // The stop must be known first: as long as the stream is there the call never left.
    await once(caller.socket, 'close');
    dialled.resolve({ type: 'failed', reason: 'no_answer' });
    await expect(referred).rejects.toMatchObject({ code: 'ended' });
    expect(await leg.ended).toMatchObject({ by: 'network' });
  });

  it('that nobody wants any more brings the caller back, though the first stream is stopped only then', async () => {
    const scope = new AbortController();
    const { leg, caller, frames } = await talking(
      {},
      {
        refer: (_target, signal) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    );
    const referred = leg.refer('+353861112222', scope.signal);
    await until('the call is away', () => leg.isAway);
    scope.abort(new Error('not any more'));
    await expect(referred).rejects.toThrow('not any more');
    caller.send({ event: 'stop', streamSid: callerSids.streamSid, stop: {} });
    await until('the call is away again', () => leg.isAway);
    const second = await connected();
    const accepted = acceptMediaStream(second.server, { admit: () => ({ type: 'back', leg }) });
    second.caller.start();
    await accepted;
    const before = frames.length;
    second.caller.sound();
    await until('the caller is heard again', () => frames.length > before);
  });

  it('during which the caller hangs up ends the leg as soon as that is known', async () => {
    const dialled = Promise.withResolvers<ReferOutcome>();
    const { leg } = await talking({}, { refer: () => dialled.promise });
    const referred = leg.refer('+353861112222', never);
    await until('the call is away', () => leg.isAway);
    leg.gone('the caller hung up');
    dialled.resolve({ type: 'failed', reason: 'no_answer' });
    await expect(referred).rejects.toMatchObject({ code: 'ended' });
    expect(await leg.ended).toEqual({ by: 'far', reason: 'the caller hung up' });
  });

  it('is not possible where the carrier cannot do it', async () => {
    const { leg } = await talking();
    expect(await leg.refer('+353861112222', never)).toEqual({ type: 'failed', reason: 'not_supported' });
  });
});

/** The two pitches of a key that are in the sound, by Goertzel's filter. */
function strongest(samples: Int16Array): number[] {
  const power = (hz: number) => {
    const turn = 2 * Math.cos((2 * Math.PI * hz) / 8000);
    let [before, last] = [0, 0];
    for (const sample of samples) [before, last] = [last, sample + turn * last - before];
    return last * last + before * before - turn * last * before;
  };
  const best = (pitches: readonly number[]) => pitches.toSorted((a, b) => power(b) - power(a))[0] ?? 0;
  return [best([697, 770, 852, 941]), best([1209, 1336, 1477])];
}
