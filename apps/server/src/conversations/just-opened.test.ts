import { describe, expect, it } from 'vitest';
import { createJustOpened } from './just-opened.ts';

const conversation = {
  organizationId: 'theirs',
  channelType: 'chat',
  tokenHash: 'abc',
  tokenExpiresAt: new Date('2026-01-01T00:00:00Z'),
} as const;

describe('a conversation that was just opened', () => {
  it('is known for some seconds, and asked for again after that', () => {
    let nowMs = 0;
    const opened = createJustOpened(() => nowMs);
    opened.add('one', conversation);
    nowMs = 4999;
    expect(opened.of('one')).toEqual(conversation);
    nowMs = 5000;
    expect(opened.of('one')).toBeUndefined();
  });

  it('is not known any more once it was entered or has another token', () => {
    const opened = createJustOpened(() => 0);
    opened.add('one', conversation);
    opened.forget('one');
    expect(opened.of('one')).toBeUndefined();
  });

  it('makes room for those that come after a thousand others', () => {
    const opened = createJustOpened(() => 0);
    for (let n = 0; n <= 1000; n += 1) opened.add(String(n), conversation);
    expect(opened.of('0')).toBeUndefined();
    expect(opened.of('1')).toEqual(conversation);
    expect(opened.of('1000')).toEqual(conversation);
  });
});
