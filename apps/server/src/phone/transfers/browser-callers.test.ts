import { frameOf } from '@parley/channels/phone/testing/leg-double.ts';
import type { AudioInlet, Pcm } from '@parley/engine/ports/audio.ts';
import type { ClientNotice } from '@parley/engine/ports/client.ts';
import type { Conversation } from '@parley/engine/ports/conversation.ts';
import { describe, expect, it } from 'vitest';
import { createTransferScene, musicSample, organizationId, type TransferScene } from './testing/transfer-scene.ts';

/** A page, connected to the conversation as the browser's channel connects it. */
function page(conversation: Conversation) {
  const told: ClientNotice[] = [];
  const heard: Pcm[] = [];
  const closed: string[] = [];
  const client = conversation.attachClient({ tell: (notice) => told.push(notice) });
  const inlet: AudioInlet = conversation.attachAudio({
    ...{ kind: 'webrtc', playoutDelayMs: 75, echo: 'cancelled' },
    write: (frame) => heard.push(frame),
    clear() {},
    close: (reason) => closed.push(reason),
  });
  return { told, heard, closed, client, inlet, isOver: () => told.some(({ type }) => type === 'ended') };
}

async function taken(scene: TransferScene) {
  const caller = page(scene.browser);
  await scene.wait(5000);
  const [waiting] = scene.inbox.look(organizationId);
  if (waiting === undefined) throw new Error('Nobody waits.');
  await scene.inbox.accept(organizationId, waiting.handOffId, 'v=0', new AbortController().signal);
  const offered = scene.offered.at(-1);
  if (offered === undefined) throw new Error('No browser was connected.');
  return { caller, person: page(offered.conversation) };
}

const toInbox = { to: { kind: 'inbox' }, summary: 'They want a refund' };

describe('a caller at a browser', () => {
  it('hears the agent and music, and talks with whoever takes them, until one of the two goes', async () => {
    const scene = createTransferScene(toInbox, { caller: 'browser' });
    const { caller, person } = await taken(scene);
    expect(caller.heard.at(-1)?.[0]).toBe(musicSample);
    await scene.wait(6000);
    expect(scene.call.closed).toBe('completed');
    // To the page it goes on: it would close the line otherwise.
    expect(caller.isOver()).toBe(false);
    caller.inlet.push(frameOf(3));
    person.inlet.push(frameOf(4));
    expect(person.heard.at(-1)).toEqual(frameOf(3));
    expect(caller.heard.at(-1)).toEqual(frameOf(4));
    person.client.hangUp();
    await scene.wait(0);
    expect(caller.isOver()).toBe(true);
    expect([caller.closed.length, person.closed.length]).toEqual([1, 1]);
  });

  it('who hangs up then takes the person along', async () => {
    const scene = createTransferScene(toInbox, { caller: 'browser' });
    const { caller, person } = await taken(scene);
    await scene.wait(6000);
    caller.client.hangUp();
    await scene.wait(0);
    expect(person.isOver()).toBe(true);
    expect(caller.isOver()).toBe(true);
  });

  it('is told of the end at once when nobody took them', async () => {
    const scene = createTransferScene(toInbox, { caller: 'browser' });
    const caller = page(scene.browser);
    await scene.wait(40_000);
    expect(caller.isOver()).toBe(true);
    expect(caller.closed).toEqual(['completed']);
    expect(scene.tried).toMatchObject([{ outcome: 'no_answer' }]);
  });

  it('keeps the conversation for a while when the network goes, as ever', async () => {
    const scene = createTransferScene({ to: { kind: 'number', number: '+442079460000' } }, { caller: 'browser' });
    const caller = page(scene.browser);
    // No telephone is rung for somebody whose number nobody could see.
    await scene.wait(100);
    expect(scene.rung).toEqual([]);
    caller.inlet.lost('connection lost');
    await scene.wait(100);
    expect(scene.call.closed).toBeUndefined();
  });
});
