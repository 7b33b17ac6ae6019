import { expect, it } from 'vitest';
import { createAlwaysSaid } from './always-said.ts';

it.each([
  'Thank you, Mrs May.',
  'thank you, ann, see you on friday.',
  'May, your table is ready.',
  'Cảm ơn anh minh, hẹn gặp lại.',
  'Your booking is 48213.',
  'Welcome to the shop.',
])('what no agent is known to say as it is written is not kept, whoever it may name: %s', (text) => {
  const said = createAlwaysSaid();
  said.add(['Thank you, Mr Lee.'], 'a');
  expect(said.has(text, 'a')).toBe(false);
});

it('what an agent says as it is written may be kept, whatever it names: for its own organization alone', () => {
  const said = createAlwaysSaid();
  const welcome = 'Welcome to Riverside Hair, call us on 020 7946 0000.';
  said.add([welcome], 'a');
  expect(said.has(welcome, 'a')).toBe(true);
  // Another's caller may be named so.
  expect(said.has(welcome, 'b')).toBe(false);
  said.add([welcome], undefined);
  expect(said.has(welcome, 'b')).toBe(true);
});

it.each(['One moment, please.', "Sorry, I didn't get that.", 'Hello, how can I help you?', 'Chào bạn.'])(
  'what every agent says itself may be kept: %s',
  (text) => {
    expect(createAlwaysSaid().has(text, 'a')).toBe(true);
  },
);

it('an organization that publishes without end pushes out its own sentences, not those of others', () => {
  const said = createAlwaysSaid();
  said.add(['Welcome.'], 'small');
  for (let n = 0; n < 60; n += 1)
    said.add(
      Array.from({ length: 300 }, (_, at) => `Sentence ${n} ${at}.`),
      'large',
    );
  expect(said.has('Welcome.', 'small')).toBe(true);
  expect(said.has('Sentence 0 0.', 'large')).toBe(false);
  expect(said.has('Sentence 59 299.', 'large')).toBe(true);
});
