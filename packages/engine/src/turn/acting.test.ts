import { expect, it } from 'vitest';
import type { ReplyId, UntimedEvent } from './event.ts';
import { createStage, type Stage } from './testing/stage.ts';

/** The caller has confirmed, and the agent has begun to book. */
function booking(): { readonly stage: Stage; readonly replyId: ReplyId } {
  const stage = createStage();
  stage.answer('Shall I book it?', { expects: 'yes-no' });
  stage.wait(2000);
  const voice = stage.voice();
  stage.stop(voice, 'yes please');
  stage.wait(300);
  const replyId = stage.state.reply?.id;
  if (replyId === undefined) throw new Error('Nobody asked the agent.');
  stage.send({ type: 'agentCommitted', replyId });
  return { stage, replyId };
}

const booked = (replyId: ReplyId): UntimedEvent => ({ type: 'agentActed', replyId, name: 'booked', data: {} });
const asked = (stage: Stage) => stage.of('think').flatMap(({ cue }) => (cue.type === 'turn' ? [cue.turn.text] : []));

it('what is being done is known before the next words are answered, and never done for a turn that is taken back', () => {
  const { stage, replyId } = booking();
  const voice = stage.voice();
  stage.wait(300);
  stage.partial(voice, 'and can you tell me');
  stage.stop(voice, 'and can you tell me the address');
  stage.wait(1000);
  expect(stage.of('abandon')).toEqual([]);
  stage.send(booked(replyId));
  stage.answer('It is booked.', { replyId });
  stage.wait(400);
  expect(asked(stage)).toEqual(['yes please', 'and can you tell me the address']);
  const [first, second] = stage.of('think').slice(1);
  expect(first?.cue).toMatchObject({ turn: { turnNumber: 2 } });
  expect(second).toMatchObject({ memory: { answered: 'It is booked.' }, cue: { turn: { turnNumber: 3 } } });
  const turn = stage.of('record').map((record) => record.turn);
  expect(turn.findLast(({ turnNumber }) => turnNumber === 2)?.reply).toMatchObject({
    actions: [{ name: 'booked' }],
    heardText: '',
    interrupted: true,
  });
});

it('what is being done is known though the network went meanwhile', () => {
  const { stage, replyId } = booking();
  stage.send({ type: 'audioLost' });
  stage.send(booked(replyId));
  stage.answer('It is booked.', { replyId });
  expect(stage.of('record').at(-1)?.turn).toMatchObject({ memory: { answered: 'It is booked.' } });
});

it('who is handed over is neither answered nor able to interrupt: the last words are heard, and it ends', () => {
  for (const speaks of ['before', 'during'] as const) {
    const { stage, replyId } = booking();
    if (speaks === 'before') stage.stop(stage.voice(), 'okay then thank you very much');
    const say = (text: string): UntimedEvent => ({
      ...{ type: 'agentSaid', replyId, text, tone: undefined, interruptible: true, ssml: undefined },
    });
    stage.send(say('I put you through to a colleague now.'));
    stage.send({ type: 'agentFinished', replyId, memory: {}, expects: undefined, end: true, handedOver: true });
    stage.wait(500);
    if (speaks === 'during') {
      const voice = stage.voice();
      stage.wait(300);
      stage.partial(voice, 'okay then thank you');
      stage.stop(voice, 'okay then thank you very much');
      stage.send({ type: 'digitPressed', digit: '1' });
    }
    stage.wait(4000);
    expect(stage.state.life, speaks).toEqual({ kind: 'ended', reason: 'completed' });
    const turns = stage.of('record').map(({ turn }) => turn);
    expect(turns.findLast(({ turnNumber }) => turnNumber === 2)?.reply, speaks).toMatchObject({
      heardText: 'I put you through to a colleague now.',
      interrupted: false,
    });
  }
});

it('what takes for ever is given up, and the caller is answered', () => {
  const { stage } = booking();
  const voice = stage.voice();
  stage.wait(300);
  stage.stop(voice, 'hello are you there');
  stage.wait(20_000);
  expect(asked(stage)).toContain('hello are you there');
});
