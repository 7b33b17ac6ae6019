import type { Scope } from '../flow/scope.ts';
import type { JsonObject } from '../tools/tool.ts';

/** What a flow's templates and conditions see on Saturday 21 November 2026 at 10:30 in London. */
export function scopeWith(
  slots: JsonObject = {},
  more: { readonly language?: string; readonly results?: JsonObject; readonly text?: string } = {},
): Scope {
  return {
    slots,
    results: more.results ?? {},
    turn: { text: more.text ?? '', number: 3, modality: 'voice' },
    conversation: {
      id: 'c1',
      language: more.language ?? 'en',
      facts: { address: '1 High Street' },
      names: {},
      flows: [],
      wish: '',
    },
    now: {
      date: '2026-11-21',
      time: '10:30',
      hour: 10,
      weekday: 6,
      epochMs: Date.UTC(2026, 10, 21, 10, 30),
      timeZone: 'Europe/London',
    },
  };
}
