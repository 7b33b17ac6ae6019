import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { conversationJsonSchema } from './json-schema.ts';
import { parseConversations } from './parse-conversations.ts';

test('each row of `with` is a conversation of its own', () => {
  const dollar = '$';
  const source = `name: Hi\nwith:\n  - { who: Alice, n: 1 }\n  - { who: Bob, n: 2 }\nsteps:\n  - say: I am ${dollar}{who}\n`;
  const parsed = parseConversations(source, 'hi.yaml');
  expect(parsed.map(({ name }) => name)).toEqual(['Hi (who: Alice, n: 1)', 'Hi (who: Bob, n: 2)']);
  expect(parsed[1]?.steps).toEqual([
    { step: { type: 'say', text: 'I am Bob', interruptAfterMs: undefined }, line: 6, source: 'say: I am Bob' },
  ]);
});

test('durations are milliseconds, or say their unit', () => {
  const [parsed] = parseConversations('steps: [pause: 800ms, pause: 1.5s, pause: 20]', 'a.yaml');
  expect(parsed?.steps.map(({ step }) => (step.type === 'pause' ? step.durationMs : step))).toEqual([800, 1500, 20]);
});

test.each([
  ['steps:\n  - say: hello\n  - shout: hello\n', 'a.yaml:3:5 step 2 is no step: "shout" is none of say'],
  ['steps:\n  - say: ""\n', 'a.yaml:2:10 step 1, `say`, '],
  ['steps:\n  - pause: forever\n', 'a.yaml:2:12 step 1, `pause`, is no duration'],
  ['steps:\n  - pause: 10h\n', 'is no duration'],
  ['steps:\n  - pause: 500s\n', 'is longer than 120 s'],
  ['steps: []\n', 'a.yaml:1:8 `steps` is empty'],
  ['name: x\n', 'a.yaml:1:1 `steps` '],
  ['steps:\n  - expect:\n      texd: hi\n', 'a.yaml:3:13 step 1, `expect.texd`, is not known here'],
  [
    'steps:\n  - expect:\n      intent: book\n      within: soon\n',
    'a.yaml:4:15 step 1, `expect.within`, is no duration',
  ],
  ['steps:\n  - expect: {}\n', 'expects nothing'],
  ['steps:\n  - expect: /(/\n', 'is no regular expression'],
  ['steps:\n  - press: 12A\n', 'a.yaml:2:12 step 1, `press`, has other keys'],
  ['steps:\n  - interrupt: { after: 1s }\n', 'needs one of say, wav and press'],
  ['steps:\n  - expect: hi\n  - interrupt: { after: 9ms, say: hello }\n', 'a.yaml:3:5 step 2 cannot interrupt'],
  ['over: [phone]\nsteps: [hang_up]\n', 'a.yaml:1:8 `over.0` is wrong'],
  ['time_zone: Mars/Base\nsteps: [hang_up]\n', 'a.yaml:1:12 `time_zone` is no IANA time zone'],
  ['nme: x\nsteps: [hang_up]\n', 'a.yaml:1:6 `nme` is not known here'],
  ['name: [\n', 'is not YAML'],
  [`with: [{ a: x }]\nsteps:\n  - say: ${'$'}{b}\n`, 'a.yaml:3:10 step 1, `say`, uses'],
])('a mistake is named with its file, line and column: %j', (source, message) => {
  expect(() => parseConversations(source, 'a.yaml')).toThrow(message);
});

test('the schema for editors is the one that files are read with', async () => {
  const file = new URL('../conversation.schema.json', import.meta.url);
  // If not: npm run -s conversations -- --schema > packages/conversation-tests/conversation.schema.json
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(conversationJsonSchema())));
});
