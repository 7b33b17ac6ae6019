import { type AskOptions, askAgent } from '@parley/dialogue/testing/agent-turns.ts';
import { type ScriptedPart, scriptedModel } from '@parley/dialogue/testing/scripted-model.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, test } from 'vitest';
import { createNumerologyModelAgent } from './numerology-model-agent.ts';
import type { NumerologyLanguage } from './numerology-texts.ts';

/** Turn after turn with the memory and the history of the one before. */
async function call(language: NumerologyLanguage, answers: readonly (readonly ScriptedPart[])[]) {
  const script = scriptedModel(...answers);
  const agent = await createNumerologyModelAgent(script.model, { language, clock: createVirtualClock() });
  let before: Pick<AskOptions, 'memory' | 'history'> = { history: [] };
  let turnNumber = 0;
  return {
    script,
    agent,
    async say(text: string, turn: AskOptions['turn'] = {}) {
      turnNumber += 1;
      const answer = await askAgent(agent, text, { ...before, language, turnNumber, turn: { ...turn } });
      before = {
        memory: answer.memory,
        history: [...(before.history ?? []), { speaker: 'caller', text }, { speaker: 'agent', text: answer.said }],
      };
      return answer;
    },
    /** All that the model was asked with so far. */
    told: () => JSON.stringify(script.asked.map(({ prompt }) => prompt)),
  };
}

describe('numerology by a language model', () => {
  test('works a life path out with the tool, and shows its arithmetic when asked', async () => {
    const { say, told, script } = await call('en-US', [
      ['Gladly. When were you born?'],
      [{ tool: 'birth_numbers', input: { birthDate: '1990-03-12' } }],
      ['Born on March 12, 1990, your life path is 7. You like to understand things to the bottom.'],
      ['The day gives 3, the month 3, the year 1: together that is 7.'],
    ]);
    expect((await say('what’s my life path')).said).toBe('Gladly. When were you born?');
    expect((await say('March 12, 1990')).said).toContain('your life path is 7');
    expect((await say('how did you get that')).said).toContain('together that is 7');
    // What the tool found, with the words for it and the sum.
    expect(told()).toContain('You like to understand things to the bottom.');
    expect(told()).toContain('3 plus 3 plus 1 is 7');
    expect(script.left).toBe(0);
  });

  test('is told in Vietnamese what it works out for a Vietnamese caller', async () => {
    const { say, told, agent } = await call('vi-VN', [
      [{ tool: 'name_numbers', input: { name: 'Nguyễn Thị Ngà' } }],
      ['Tên Nguyễn Thị Ngà có số sứ mệnh 1, số linh hồn 7, số nhân cách 3. Bạn muốn nghe số nào?'],
    ]);
    expect((await askAgent(agent, '', { language: 'vi-VN', cue: { type: 'greet' } })).said).toContain('số chủ đạo');
    expect((await say('Mình tên Nguyễn Thị Ngà', { modality: 'text' })).said).toContain('số sứ mệnh 1');
    expect(told()).toContain('Speak the language vi-VN');
    expect(told()).toContain('Tên bạn mang nét người dẫn đầu');
    expect(told()).toContain('chỉ để vui');
  });

  test('asks again after a day that no calendar has', async () => {
    const { say, told } = await call('en-US', [
      [{ tool: 'one_number', input: { kind: 'life_path', birthDate: '1990-02-30' } }],
      ['February has no 30th. Which day was it?'],
      [{ tool: 'one_number', input: { kind: 'life_path', birthDate: '1990-02-20' } }],
      ['February 20, 1990 makes a 5.'],
    ]);
    expect((await say('I was born on February 30th 1990')).said).toContain('Which day was it?');
    expect(told()).toContain('date_impossible');
    expect((await say('sorry, the 20th')).said).toContain('makes a 5');
    expect(told()).toContain('"value":5');
  });

  test('promises nothing, whatever the model says', async () => {
    const { say } = await call('vi-VN', [['Số 8 đẹp lắm. Năm sau bạn chắc chắn sẽ giàu.']]);
    const { said } = await say('mình có giàu không', { modality: 'text' });
    expect(said).not.toContain('chắc chắn');
    expect(said).toContain('không nói trước được');
  });

  test('compares two people, and passes on who wants a person', async () => {
    const { say, told } = await call('en-US', [
      [{ tool: 'compare_people', input: { birthDate: '1990-03-12', otherBirthDate: '1992-05-05' } }],
      ['You are a 7 and she is a 4. Take turns steering.'],
      [{ tool: 'transfer_to_person', input: { reason: 'asked' } }],
    ]);
    expect((await say('March 12 1990, and my wife May 5 1992. Do we match?')).said).toContain('she is a 4');
    expect(told()).toContain('You make a good team');
    const asked = await say('I’d like to talk to a person');
    expect(asked.acted.map(({ name }) => name)).toEqual(['handoff_requested']);
  });
});
