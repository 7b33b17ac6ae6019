import { createMemoryCalendar } from '@parley/agent-receptionist/availability/memory-calendar.ts';
import { memoryBook } from '@parley/agent-receptionist/memory-book.ts';
import { createReceptionist } from '@parley/agent-receptionist/receptionist-agent.ts';
import { createEmbeddedRecognizer } from '@parley/speech/embedded/embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import type { Brain } from '../brain.ts';
import { createScriptedBrain } from '../brains/scripted-brain.ts';
import { createSpeechBrain } from '../brains/speech-brain.ts';
import type { RunningFake } from '../fake-vendor.ts';
import type { FakesCommand } from './fakes-command.ts';

export interface RunningFakes {
  readonly fakes: readonly RunningFake[];
  close(): Promise<void>;
}

/** Starts what the command names, over one brain. Rejects in words when a port is taken, and leaves nothing then. */
export async function runFakes({ fakes, script }: FakesCommand): Promise<RunningFakes> {
  const brain = script === undefined ? await receptionistBrain() : createScriptedBrain(script);
  const running: RunningFake[] = [];
  const close = async () => {
    await Promise.all(running.map((fake) => fake.close()));
    await brain.close();
  };
  try {
    for (const { fake, port } of fakes) running.push(await fake.start({ port, brain }));
  } catch (error) {
    await close();
    throw error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      ? new Error('A port is taken, by other fakes perhaps. Choose others: npm run fakes -- --port 4200')
      : error;
  }
  return { fakes: running, close };
}

/** Hears what callers of the receptionist say. */
async function receptionistBrain(): Promise<Brain> {
  const { vocabulary } = await createReceptionist({ calendar: createMemoryCalendar(memoryBook()) });
  return createSpeechBrain({
    recognizer: createEmbeddedRecognizer(),
    synthesizer: createEmbeddedSynthesizer(),
    vocabulary,
  });
}

/** What to put into `.env` to use them, and how to make them fail. */
export function describeRunning(fakes: readonly RunningFake[]): string {
  const settings = fakes.flatMap(({ name, url, environment }) => [
    `# ${name}, at ${url}`,
    ...Object.entries(environment).map(([setting, value]) => `${setting}=${value}`),
    '',
  ]);
  return `${['', ...settings].join('\n')}
# To make one of them fail, put a fault behind its address: ${fakes[0]?.url ?? ''}/fault=status:429,retry-after:2
#   status:<code>  retry-after:<s>  slow-start:<ms>  silent  break-after:<n>  freeze-after:<n>  garble-after:<n>  odd-chunks  times:<n>
# What each of them does: packages/fakes/README.md. Ctrl-C ends them.
`;
}
