import { describe, expect, it } from 'vitest';
import { isEcho } from '../text/echo.ts';
import { createStage } from './testing/stage.ts';

const offer = 'We can offer you Friday at three or Saturday at ten in the morning.';

describe("the agent's own voice, heard back", () => {
  it('is not taken for the caller: it goes on where it stopped', () => {
    const stage = createStage({ echo: 'possible' });
    stage.answer(offer);
    stage.wait(1800);
    const voice = stage.voice();
    stage.wait(400);
    stage.partial(voice, 'you friday');
    stage.stop(voice, 'offer you friday');
    stage.wait(8000);
    expect(stage.of('clear')).toEqual([]);
    expect(stage.of('think')).toHaveLength(1);
    expect(stage.state.history).toEqual([{ speaker: 'agent', text: offer }]);
  });

  it('is not a turn either when it comes after the last word', () => {
    const stage = createStage({ echo: 'possible' });
    stage.answer('Hello there, how are you today?');
    stage.wait(2000);
    stage.send({
      type: 'playoutPosition',
      replyId: stage.state.reply?.id ?? (0 as never),
      sentence: 0,
      playedMs: 1800,
    });
    stage.wait(100);
    const voice = stage.voice();
    stage.wait(200);
    stage.stop(voice, 'are you today');
    stage.wait(2000);
    expect(stage.of('think')).toHaveLength(1);
    expect(stage.state.caller.kind).toBe('quiet');
  });

  it('is told from a caller who says something of their own', () => {
    const stage = createStage({ echo: 'possible' });
    stage.answer(offer);
    stage.wait(2000);
    const voice = stage.voice();
    stage.wait(500);
    stage.partial(voice, 'no i said monday');
    expect(stage.of('clear')).toHaveLength(1);
  });

  it('is only looked for in the first seconds where the far end cancels it', () => {
    const stage = createStage({ echo: 'cancelled' });
    stage.answer(`${offer} We can also offer Sunday.`);
    stage.wait(5500);
    const voice = stage.voice();
    stage.wait(300);
    stage.stop(voice, 'in the morning');
    stage.wait(400);
    expect(stage.of('think').at(-1)).toMatchObject({ cue: { turn: { text: 'in the morning' } } });
  });
});

it.each([
  ['friday at three', 'we can offer you friday at three', true],
  ['friday at tree', 'we can offer you friday at three', true],
  ['friday', 'we can offer you friday', true],
  ['friday', 'shall we say friday or would you rather come some other day of that week', false],
  ['yes friday at three', 'we can offer you friday at three', false],
  ['friday please', 'we can offer you friday', false],
  ['no not friday', 'we can offer you friday', false],
  ['', 'we can offer you friday', false],
])('%j after %j is an echo: %s', (heard, said, expected) => {
  expect(isEcho(heard, said)).toBe(expected);
});
