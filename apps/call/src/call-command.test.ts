import { expect, test } from 'vitest';
import { readCommand } from './call-command.ts';

test('what is said keeps its order, and an interruption belongs to the next of it', async () => {
  const args = ['--say', 'one', '--interrupt-after', '700', '--wav', 'two.wav', '--say', 'three', '--noise-db', '-50'];
  const command = await readCommand(args, '/calls');
  expect(command).toMatchObject({
    url: undefined,
    call: {
      channel: 'webrtc',
      noiseDbfs: -50,
      steps: [
        { step: { type: 'say', text: 'one' } },
        { step: { type: 'wav', path: '/calls/two.wav', interruptAfterMs: 700 } },
        { step: { type: 'say', text: 'three' } },
      ],
    },
  });
});

test.each([
  [[], 'Say what the caller says'],
  [['--shout', 'hello'], "Unknown option '--shout'"],
  [['--say', 'hi', '--interrupt-after', '500'], 'needs a --say'],
  [['--say', 'hi', '--voice', 'nobody'], 'There is no voice "nobody"'],
  [['--say', 'hi', '--url', 'somewhere'], 'needs an address'],
  [['--say', 'hi', '--linger', 'long'], 'needs a number'],
  [['--script', 'missing.yaml'], 'cannot be read'],
  [['--say', 'hi', '--twilio', 'home', '--url', 'http://localhost'], 'needs a number such as'],
  [['--say', 'hi', '--twilio', '+35315550100'], 'a running server'],
])('a wrong command line is explained: %j', async (args, message) => {
  await expect(readCommand(args, '/calls')).rejects.toThrow(message);
});
