import { frameOf } from '@parley/channels/phone/testing/leg-double.ts';
import type { AnswerRequest } from '@parley/channels/webrtc/webrtc-channel.ts';
import type { AudioInlet, Pcm } from '@parley/engine/ports/audio.ts';
import { describe, expect, it } from 'vitest';
import { createTransferScene, musicSample, organizationId, type TransferScene } from './testing/transfer-scene.ts';

/** A channel whose browsers connect when the test says so. */
function browsers() {
  const asked: AnswerRequest[] = [];
  const heard: Pcm[] = [];
  const closed: string[] = [];
  return {
    asked,
    heard,
    closed,
    answer: async (request: AnswerRequest) => {
      asked.push(request);
      return 'v=0 answer';
    },
    connect(index = 0): AudioInlet {
      const request = asked[index];
      if (request === undefined) throw new Error('Nobody has offered.');
      return request.conversation.attachAudio({
        ...{ kind: 'webrtc', playoutDelayMs: 75, echo: 'cancelled' },
        write: (frame) => heard.push(frame),
        clear() {},
        close: (reason) => closed.push(reason),
      });
    },
  };
}

const toInbox = { to: { kind: 'inbox' }, summary: 'They want a refund' };
const said = ({ call }: TransferScene) =>
  call.notices.flatMap((notice) => (notice.type === 'said' ? [notice.text] : []));
const signal = () => new AbortController().signal;

function firstId(scene: TransferScene): string {
  const [first] = scene.inbox.look(organizationId);
  if (first === undefined) throw new Error('Nobody waits.');
  return first.handOffId;
}

describe('a caller who waits for somebody at the console', () => {
  it('is listed with what it is about, hears music, and is joined with whoever takes them', async () => {
    const webrtc = browsers();
    const scene = createTransferScene(toInbox, { webrtc });
    await scene.wait(6000);
    expect(scene.inbox.look(organizationId)).toMatchObject([
      { caller: '+353861234567', brief: 'They want a refund', agentName: 'Desk', conversationId: 'conversation-1' },
    ]);
    expect(scene.leg.heard.at(-1)?.[0]).toBe(musicSample);
    expect(await scene.inbox.accept(organizationId, firstId(scene), 'v=0', signal())).toMatchObject({
      sdp: 'v=0 answer',
    });
    expect(scene.inbox.look(organizationId)).toEqual([]);
    await scene.wait(1000);
    expect(said(scene)).toHaveLength(1);
    const inlet = webrtc.connect();
    await scene.wait(6000);
    expect(said(scene)).toHaveLength(2);
    inlet.push(frameOf(8));
    scene.leg.speak(frameOf(9));
    expect(scene.leg.heard.at(-1)).toEqual(frameOf(8));
    expect(webrtc.heard).toEqual([frameOf(9)]);
    expect(scene.tried).toEqual([{ kind: 'inbox', target: 'inbox', outcome: 'answered' }]);
    scene.leg.leave();
    await scene.wait(0);
    expect(webrtc.closed).toEqual(['completed']);
  });

  it('comes back when nobody takes them in time, or nobody will', async () => {
    const late = createTransferScene(toInbox);
    await late.wait(29_000);
    expect(said(late)).toHaveLength(1);
    await late.wait(6000);
    expect(said(late)).toContain('Nobody came.');
    expect(late.tried).toMatchObject([{ outcome: 'no_answer' }]);
    const declined = createTransferScene(toInbox);
    await declined.wait(5000);
    declined.inbox.decline(organizationId, firstId(declined));
    await declined.wait(3000);
    expect(declined.tried).toMatchObject([{ outcome: 'refused' }]);
  });

  it('does not wait, and is told so at once, when nobody is looking', async () => {
    const scene = createTransferScene(toInbox, { isWatched: false });
    await scene.wait(5000);
    expect(said(scene)).toEqual(['Nobody came.', 'Bye.']);
    expect(scene.leg.heard.map((frame) => frame[0])).not.toContain(musicSample);
    expect(scene.tried).toMatchObject([{ outcome: 'unreachable' }]);
  });

  it('waits for another when the browser of the one who took them does not connect', async () => {
    const webrtc = browsers();
    const scene = createTransferScene(toInbox, { webrtc });
    await scene.wait(3000);
    await scene.inbox.accept(organizationId, firstId(scene), 'v=0', signal());
    await scene.wait(15_000);
    expect(scene.inbox.look(organizationId)).toHaveLength(1);
    await scene.inbox.accept(organizationId, firstId(scene), 'v=0', signal());
    // Past the time of waiting, but on the way.
    await scene.wait(13_000);
    webrtc.connect(1);
    await scene.wait(6000);
    expect(scene.tried).toMatchObject([{ outcome: 'answered' }]);
  });

  it('is taken by one, and only by people of the organization', async () => {
    const scene = createTransferScene(toInbox, { webrtc: browsers() });
    await scene.wait(3000);
    const other = '00000000-0000-4000-8000-000000000002';
    expect(scene.inbox.look(other)).toEqual([]);
    await expect(scene.inbox.accept(other, firstId(scene), 'v=0', signal())).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(() => scene.inbox.decline(other, firstId(scene))).toThrow();
    const id = firstId(scene);
    await scene.inbox.accept(organizationId, id, 'v=0', signal());
    await expect(scene.inbox.accept(organizationId, id, 'v=0', signal())).rejects.toMatchObject({
      code: 'handoff_taken',
    });
  });

  it('who hangs up is not listed any more, and whoever was being connected is let go', async () => {
    const webrtc = browsers();
    const scene = createTransferScene(toInbox, { webrtc });
    await scene.wait(3000);
    await scene.inbox.accept(organizationId, firstId(scene), 'v=0', signal());
    scene.leg.leave();
    await scene.wait(0);
    expect(scene.inbox.look(organizationId)).toEqual([]);
    webrtc.connect();
    expect(webrtc.closed).toEqual(['conversation_ended']);
  });
});
