import type { JsonObject } from '@parley/dialogue/tools/tool.ts';
import { useTool } from '@parley/dialogue/tools/use-tool.ts';
import { describe, expect, it } from 'vitest';
import { numerologyTools } from './numerology-tools.ts';

describe('the numerology tools', () => {
  it('answer in the language of the conversation, arithmetic and disclaimer included', async () => {
    expect(await use('name_numbers', { name: 'Nguyễn Thị Ngà' }, 'vi-VN')).toMatchObject({
      expression: { value: 1, name: 'số sứ mệnh', master: false },
      personality: {
        value: 3,
        sentences: [
          expect.anything(),
          expect.anything(),
          'NGA: N=5, G=7; 5 + 7 = 12, 1 + 2 = 3.',
          expect.stringContaining('Cộng lại'),
        ],
      },
      disclaimer: expect.stringContaining('chỉ để vui'),
    });
    expect(await use('birth_numbers', { birthDate: '2000-09-22' }, 'en-US')).toMatchObject({
      lifePath: { value: 33, master: true, meaning: expect.stringContaining('kind') },
      birthday: { value: 22 },
    });
  });

  it('take this year and month of the conversation unless told others', async () => {
    // 31 December 2025 in New York, already 2026 in Hà Nội.
    const nowEpochMs = Date.parse('2026-01-01T02:00:00Z');
    const ask = (timeZone: string) =>
      use('cycle_numbers', { birthDate: '1990-03-12' }, 'en-US', { nowEpochMs, timeZone });
    expect(await ask('America/New_York')).toMatchObject({ year: 2025, month: 12 });
    expect(await ask('Asia/Ho_Chi_Minh')).toMatchObject({ year: 2026, month: 1, personalYear: { value: 7 } });
  });

  it('have null for a number that a name does not have, and codes for what is wrong', async () => {
    expect(await use('name_numbers', { name: 'Ý' }, 'vi-VN')).toMatchObject({
      soulUrge: { value: 7 },
      personality: null,
    });
    await expect(use('birth_numbers', { birthDate: '1990-02-30' }, 'en-US')).rejects.toMatchObject({
      code: 'date_impossible',
    });
    await expect(use('name_numbers', { name: '!!' }, 'en-US')).rejects.toMatchObject({ code: 'name_without_letters' });
  });
});

async function use(
  name: string,
  input: JsonObject,
  language: string,
  when = { nowEpochMs: Date.parse('2026-11-21T10:00:00Z'), timeZone: 'UTC' },
) {
  const tool = numerologyTools().find((one) => one.name === name);
  if (tool === undefined) throw new Error(`No tool ${name}`);
  const context = {
    conversationId: 'c',
    turnNumber: 1,
    language,
    idempotencyKey: 'k',
    signal: AbortSignal.timeout(10_000),
    ...when,
  };
  return useTool(tool, input, context, 5000);
}
