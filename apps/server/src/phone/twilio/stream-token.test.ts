import { expect, it } from 'vitest';
import { createStreamTokens, type StreamTicket } from './stream-token.ts';

const callSid = `CA${'a'.repeat(32)}`;
const ticket: StreamTicket = {
  conversationId: '00000000-0000-4000-8000-000000000001',
  callSid,
  dialId: undefined,
  direction: 'inbound',
  from: '+353861111111',
  to: '+35312345678',
  sipDomain: undefined,
};
const secret = '0123456789abcdef0123456789abcdef';

it('a token says again what it was given for, once, on any server with the same secret', () => {
  const here = createStreamTokens(secret);
  const there = createStreamTokens(secret);
  const token = here.give(ticket);
  expect(there.take(token, callSid)).toEqual(ticket);
  expect(there.take(token, callSid)).toBeUndefined();
});

it('a token is good for its own call, until five minutes are over, and with its own secret', () => {
  let nowMs = 1_000_000;
  const tokens = createStreamTokens(secret, () => nowMs);
  expect(tokens.take(tokens.give(ticket), `CA${'b'.repeat(32)}`)).toBeUndefined();
  const token = tokens.give(ticket);
  nowMs += 5 * 60_000 + 1;
  expect(tokens.take(token, callSid)).toBeUndefined();
  expect(createStreamTokens('another').take(tokens.give(ticket), callSid)).toBeUndefined();
});

it('what is no token is none', () => {
  const tokens = createStreamTokens(secret);
  for (const text of [undefined, '', '.', 'a.b', 'e30.e30', '💥', 'x'.repeat(5000)]) {
    expect(tokens.take(text, callSid)).toBeUndefined();
  }
});

it('a token fits into a parameter of Twilio, however long the names of people are', () => {
  const long = createStreamTokens(secret).give({
    ...ticket,
    dialId: '00000000-0000-4000-8000-000000000002',
    from: 'x'.repeat(300),
    to: 'y'.repeat(300),
    sipDomain: 'a-domain-of-some-length.sip.twilio.com',
  });
  expect('token'.length + long.length).toBeLessThan(500);
});
