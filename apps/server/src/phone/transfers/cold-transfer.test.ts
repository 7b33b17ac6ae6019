import { frameOf } from '@parley/channels/phone/testing/leg-double.ts';
import { describe, expect, it } from 'vitest';
import { createTransferScene, type TransferScene } from './testing/transfer-scene.ts';

const cold = { to: { kind: 'number', number: '+442079460000' }, mode: 'cold' };
const said = ({ call }: TransferScene) =>
  call.notices.flatMap((notice) => (notice.type === 'said' ? [notice.text] : []));

describe('a caller who is put through cold', () => {
  it('goes by way of the network, after the agent was heard, and the conversation ends as transferred', async () => {
    const scene = createTransferScene(cold);
    scene.leg.referOutcome = { type: 'answered' };
    await scene.wait(1000);
    expect(scene.leg.referredTo).toEqual([]);
    await scene.wait(5000);
    expect(scene.leg.referredTo).toEqual(['+442079460000']);
    expect(scene.rung).toEqual([]);
    await scene.wait(5000);
    expect(scene.call.closed).toBe('completed');
    expect(scene.endedAs).toEqual(['transferred']);
    expect(scene.tried).toEqual([{ kind: 'cold', target: '+442079460000', outcome: 'answered' }]);
  });

  it('is not taken for one who hung up when the network takes the call away first', async () => {
    const scene = createTransferScene(cold);
    const outcome = Promise.withResolvers<{ type: 'answered' }>();
    scene.leg.refer = () => outcome.promise;
    await scene.wait(6000);
    scene.leg.leave('put through');
    await scene.wait(100);
    expect(scene.call.closed).toBeUndefined();
    outcome.resolve({ type: 'answered' });
    await scene.wait(5000);
    expect(scene.call.closed).toBe('completed');
    expect(scene.endedAs).toEqual(['transferred']);
  });

  it('ends the conversation at once when the call goes in the middle of the last words, with no turn more', async () => {
    const scene = createTransferScene(cold);
    scene.leg.referOutcome = { type: 'answered' };
    await scene.wait(3500);
    for (let passed = 0; scene.leg.referredTo.length === 0 && passed < 3000; passed += 100) await scene.wait(100);
    const turns = scene.call.recorder.turns.size;
    await scene.wait(300);
    expect(scene.call.closed).toBeUndefined();
    scene.leg.leave('put through');
    await scene.wait(300);
    expect(scene.call.closed).toBe('completed');
    expect(scene.endedAs).toEqual(['transferred']);
    expect(scene.call.recorder.turns.size).toBe(turns);
  });

  it.each(['busy', 'no_answer', 'refused'] as const)('comes back when it is %s', async (reason) => {
    const scene = createTransferScene(cold);
    scene.leg.refer = () =>
      new Promise((resolve) => {
        const { clock } = scene.call;
        clock.wakeAt(clock.nowMs() + 3000, () => resolve({ type: 'failed', reason }));
      });
    await scene.wait(14_000);
    expect(said(scene).slice(1)).toEqual(['Nobody came.', 'Bye.']);
    expect(scene.rung).toEqual([]);
  });

  it.each(['not_supported', 'unreachable', 'refused'] as const)(
    'is joined with a call of ours where the network cannot, or will not at once: %s',
    async (reason) => {
      const scene = createTransferScene(cold);
      scene.leg.referOutcome = { type: 'failed', reason };
      await scene.wait(6000);
      const person = scene.rung[0]?.pickUp();
      await scene.wait(8000);
      person?.speak(frameOf(5));
      expect(scene.leg.heard.at(-1)).toEqual(frameOf(5));
      expect(scene.spoken).toEqual([]);
      expect(said(scene).at(-1)).toBe("One moment, I'll put you through to a colleague.");
    },
  );
});
