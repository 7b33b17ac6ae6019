import { expect, test } from 'vitest';
import { readConversationsCommand } from './conversations-command.ts';

test('files are found from the folder in which the command was given, and shown as they were named', () => {
  expect(readConversationsCommand(['a.yaml', '--over', 'chat', '--url', 'http://localhost:1'], '/calls')).toMatchObject(
    {
      files: [{ shown: 'a.yaml', path: '/calls/a.yaml' }],
      over: 'chat',
      url: 'http://localhost:1',
    },
  );
});

test.each([
  [[], 'Name the files'],
  [['a.yaml', '--over', 'phone'], '--over is one of virtual, chat, audio'],
  [['a.yaml', '--url', 'http://localhost:1'], 'there is no server'],
  [['a.yaml', '--over', 'chat', '--url', 'here'], 'needs an address'],
  [['a.yaml', '--loud'], "Unknown option '--loud'"],
])('a wrong command line is explained: %j', (args, message) => {
  expect(() => readConversationsCommand(args, '/calls')).toThrow(message);
});
