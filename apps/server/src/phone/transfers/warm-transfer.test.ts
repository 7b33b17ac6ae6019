import { frameOf } from '@parley/channels/phone/testing/leg-double.ts';
import { describe, expect, it } from 'vitest';
import { createTransferScene, musicSample, type RungTelephone, type TransferScene } from './testing/transfer-scene.ts';

const toNumber = { to: { kind: 'number', number: '+44 20 7946 0000' }, summary: 'They want to complain' };

function telephone(scene: TransferScene): RungTelephone {
  const [first] = scene.rung;
  if (first === undefined) throw new Error('Nobody is rung.');
  return first;
}

const said = ({ call }: TransferScene) =>
  call.notices.flatMap((notice) => (notice.type === 'said' ? [notice.text] : []));

describe('a caller who is put through', () => {
  it('hears that somebody is rung, then music, then that they are put through, then the person', async () => {
    const scene = createTransferScene(toNumber);
    await scene.wait(500);
    expect(said(scene)).toEqual(["One moment, I'll see who is free."]);
    expect(telephone(scene).request).toMatchObject({
      target: { kind: 'number', number: '+442079460000' },
      callerNumber: '+35315550100',
      ringTimeoutMs: 25_000,
    });
    await scene.wait(20_000);
    // No fillers over the music, no giving up while it rings.
    expect(said(scene)).toHaveLength(1);
    expect(scene.leg.heard.at(-1)?.[0]).toBe(musicSample);
    const person = telephone(scene).pickUp();
    await scene.wait(8000);
    expect(scene.spoken.slice(0, 2)).toEqual([
      'Hello, I have a caller for you, from +353861234567.',
      'It is about this: They want to complain.',
    ]);
    expect(scene.leg.heard.at(-1)?.[0]).toBe(musicSample);
    person.press('1');
    await scene.wait(3000);
    expect(scene.spoken.at(-1)).toBe('Thank you, I am putting you through.');
    await scene.wait(5000);
    expect(said(scene).slice(1)).toEqual(["One moment, I'll put you through to a colleague."]);
    expect(scene.call.closed).toBe('completed');
    person.speak(frameOf(42));
    scene.leg.speak(frameOf(43));
    expect(scene.leg.heard.at(-1)).toEqual(frameOf(42));
    expect(person.heard.at(-1)).toEqual(frameOf(43));
    expect(scene.tried).toEqual([{ kind: 'warm', target: '+442079460000', outcome: 'answered' }]);
    expect(scene.endedAs).toEqual(['transferred']);
    expect(scene.call.recorder.turns.get(1)?.reply?.actions).toMatchObject([{ name: 'handed_off' }]);
    person.leave();
    await scene.wait(0);
    expect(scene.leg.endedAs).toMatchObject({ by: 'here' });
    expect(scene.errors).toEqual([]);
  });

  it.each([
    ['busy', 'busy'],
    ['no_answer', 'no_answer'],
    ['refused', 'refused'],
    ['unreachable', 'unavailable'],
  ] as const)('comes back when the telephone is %s', async (code, why) => {
    const scene = createTransferScene(toNumber);
    await scene.wait(10_000);
    telephone(scene).fail(code);
    await scene.wait(3000);
    expect(said(scene).slice(1)).toEqual(['Nobody came.', 'Bye.']);
    expect(scene.tried).toEqual([{ kind: 'warm', target: '+442079460000', outcome: code }]);
    expect(scene.endedAs).toEqual([]);
    expect(scene.call.recorder.turns.get(1)?.reply?.actions).toMatchObject([
      { name: 'handoff_requested', data: { why } },
    ]);
  });

  it('comes back when the person refuses, hangs up or does nothing, and the person is not kept on the line', async () => {
    for (const refuse of ['key', 'hang up', 'nothing'] as const) {
      const scene = createTransferScene(toNumber);
      await scene.wait(5000);
      const person = telephone(scene).pickUp();
      await scene.wait(1000);
      if (refuse === 'key') person.press('2');
      if (refuse === 'hang up') person.leave();
      await scene.wait(40_000);
      expect(said(scene).slice(1), refuse).toEqual(['Nobody came.', 'Bye.']);
      expect(person.endedAs, refuse).toBeDefined();
      expect(scene.tried, refuse).toMatchObject([{ outcome: 'refused' }]);
    }
  });

  it('is not put through to a mailbox', async () => {
    const scene = createTransferScene(toNumber, { settings: { accept: 'answer' } });
    await scene.wait(5000);
    expect(telephone(scene).request.detectsMachine).toBe(true);
    const mailbox = telephone(scene).pickUp('machine');
    await scene.wait(5000);
    expect(mailbox.endedAs).toBeDefined();
    expect(scene.tried).toMatchObject([{ outcome: 'machine' }]);
    expect(said(scene)).toContain('Nobody came.');
  });

  it('who hangs up stops the ringing at once', async () => {
    const scene = createTransferScene(toNumber);
    await scene.wait(5000);
    scene.leg.leave();
    await scene.wait(0);
    expect(telephone(scene).isCancelled).toBe(true);
    expect(scene.call.closed).toBe('caller_left');
    expect(scene.tried).toMatchObject([{ outcome: 'canceled' }]);
  });

  it('who hangs up while the person listens takes the person along', async () => {
    const scene = createTransferScene(toNumber);
    await scene.wait(5000);
    const person = telephone(scene).pickUp();
    await scene.wait(1000);
    scene.leg.leave();
    await scene.wait(0);
    expect(person.endedAs).toBeDefined();
    const { length } = person.heard;
    await scene.wait(5000);
    expect(person.heard).toHaveLength(length);
  });

  it.each(['the caller', 'the person', 'both'] as const)(
    'leaves nobody on the line alone, whenever %s hangs up once the person pressed 1',
    async (who) => {
      for (const afterMs of [0, 20, 100, 700, 1500, 2300, 3100, 4000, 6000, 12_000]) {
        const scene = createTransferScene(toNumber);
        await scene.wait(5000);
        const person = telephone(scene).pickUp();
        await scene.wait(1000);
        person.press('1');
        if (afterMs > 0) await scene.wait(afterMs);
        if (who !== 'the person') scene.leg.leave();
        if (who !== 'the caller') person.leave();
        await scene.wait(45_000);
        expect({ afterMs, person: person.endedAs !== undefined }).toEqual({ afterMs, person: true });
        expect({ afterMs, caller: scene.leg.endedAs !== undefined }).toEqual({ afterMs, caller: true });
        expect(scene.call.closed).toBeDefined();
        expect(scene.tried).toHaveLength(1);
        expect(scene.errors).toEqual([]);
      }
    },
  );

  it('is not rung for any more when the server goes away, and neither is the person kept', async () => {
    const ringing = createTransferScene(toNumber);
    await ringing.wait(5000);
    await ringing.call.conversation.suspend();
    await ringing.wait(0);
    expect(telephone(ringing).isCancelled).toBe(true);
    await ringing.wait(1000);
    expect(ringing.leg.endedAs).toMatchObject({ by: 'here' });

    const briefed = createTransferScene(toNumber);
    await briefed.wait(5000);
    const person = telephone(briefed).pickUp();
    await briefed.wait(1000);
    await briefed.call.conversation.suspend();
    await briefed.wait(0);
    expect(person.endedAs).toMatchObject({ by: 'here' });
  });

  it('goes to whoever stays on the line, where that is enough', async () => {
    const scene = createTransferScene(toNumber, { settings: { accept: 'answer' } });
    await scene.wait(3000);
    const person = telephone(scene).pickUp();
    await scene.wait(20_000);
    expect(scene.spoken).toContain('Stay on the line to take the call, or press 2 to refuse it.');
    person.speak(frameOf(9));
    expect(scene.leg.heard.at(-1)).toEqual(frameOf(9));
  });

  it('comes back when there is no voice to tell the person with', async () => {
    const scene = createTransferScene(toNumber, { voiceFails: true });
    await scene.wait(3000);
    const person = telephone(scene).pickUp();
    await scene.wait(5000);
    expect(person.endedAs).toBeDefined();
    expect(said(scene)).toContain('Nobody came.');
  });

  it('is told at once, without music, when no way leads there or it may not be called', async () => {
    const nowhere = createTransferScene(toNumber, { canReach: false });
    await nowhere.wait(5000);
    expect(said(nowhere)).toEqual(['Nobody came.', 'Bye.']);
    expect(nowhere.leg.heard.map((frame) => frame[0])).not.toContain(musicSample);
    const forbidden = createTransferScene(toNumber, { mayCall: false });
    await forbidden.wait(8000);
    expect(forbidden.rung).toEqual([]);
    expect(forbidden.tried).toMatchObject([{ outcome: 'not_allowed' }]);
  });

  it('is told in Vietnamese, and so is the person', async () => {
    const scene = createTransferScene(toNumber, { language: 'vi-VN' });
    await scene.wait(3000);
    telephone(scene).pickUp();
    await scene.wait(1000);
    expect(said(scene)[0]).toContain('tôi xem ai có thể nhận máy');
    expect(scene.spoken[0]).toContain('có cuộc gọi cho bạn');
  });
});
