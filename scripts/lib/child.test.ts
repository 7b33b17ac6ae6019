import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// A script that runs a program as `npm start` runs the server, and the program: real processes, real signals.
const child = fileURLToPath(new URL('./child.mjs', import.meta.url));
const wrapper = (program: string) =>
  `import { runProgram } from ${JSON.stringify(child)};
   process.exitCode = await runProgram(process.execPath, ['-e', ${JSON.stringify(program)}]);`;
const start = (program: string) =>
  spawn(process.execPath, ['--input-type=module', '-e', wrapper(program)], { stdio: ['ignore', 'pipe', 'inherit'] });

/** Counts a signal and says so; ends by itself, so that no failure leaves it behind. */
const counting = (signal: string) => `
  let count = 0;
  process.on('${signal}', () => { count += 1; setTimeout(() => { console.log('got ' + count); process.exit(7); }, 300); });
  setTimeout(() => process.exit(9), 10000);
  console.log('up ' + process.pid);`;

test('the exit code of the program is that of the command', async () => {
  const [code] = await once(start('process.exit(3)'), 'exit');
  expect(code).toBe(3);
});

test.skipIf(process.platform === 'win32')('a program ended by a signal is reported as shells do', async () => {
  const [code] = await once(start(`process.kill(process.pid, 'SIGKILL')`), 'exit');
  expect(code).toBe(137);
});

test.skipIf(process.platform === 'win32').each(['SIGTERM', 'SIGINT'] as const)(
  '%s reaches the program once though it comes twice, and the command waits for its end',
  async (signal) => {
    const command = start(counting(signal));
    const output = collect(command);
    await output.until('up');
    // As Ctrl-C does: once from the terminal and once more from npm.
    command.kill(signal);
    await new Promise((resolve) => setImmediate(resolve));
    command.kill(signal);
    const [code] = await once(command, 'exit');
    await output.until('got');
    expect(output.text()).toContain('got 1');
    expect(code).toBe(7);
  },
);

function collect(command: ChildProcess) {
  let text = '';
  const { stdout } = command;
  stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return {
    text: () => text,
    async until(word: string) {
      const signal = AbortSignal.timeout(10_000);
      while (!text.includes(word)) {
        if (stdout === null) throw new Error('The command has no output.');
        await once(stdout, 'data', { signal });
      }
    },
  };
}
