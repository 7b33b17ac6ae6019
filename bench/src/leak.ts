import { placeCall } from '@parley/call/synthetic-caller.ts';
import { startServerProcess } from '@parley/server/testing/server-process.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { steps } from './dialogues.ts';
import { print, slope } from './statistics.ts';

/** Short calls in all, so many at a time; memory is read after each batch. About 5 minutes. */
const calls = 200;
const atOnce = 5;
/** Batches after which pools and caches are full and code is compiled. */
const warmUpBatches = 8;

export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const server = await startServerProcess();
  const synthesizer = createEmbeddedSynthesizer();
  const rssMb: number[] = [];
  const handles: number[] = [];
  let failed = 0;
  try {
    for (let done = 0; done < calls; done += atOnce) {
      const batch = Array.from({ length: atOnce }, () =>
        placeCall({ url: server.url, synthesizer, steps: steps(['what are your opening hours']) }),
      );
      for (const { failure } of await Promise.all(batch)) if (failure !== undefined) failed += 1;
      rssMb.push(await server.rssMb());
      handles.push(await server.openFiles());
    }
  } finally {
    await synthesizer.close();
    await server.stop();
  }
  const steady = rssMb.slice(warmUpBatches);
  print(json, {
    calls,
    'calls that failed': failed,
    'memory after the first batch (MB)': rssMb[0],
    'memory when warm (MB)': steady[0],
    'memory at the end (MB)': steady.at(-1),
    'slope when warm (kB a call)': (slope(steady) * 1024) / atOnce,
    'open files when warm, at the end': `${handles[warmUpBatches]}, ${handles.at(-1)}`,
    'memory, batch by batch (MB)': rssMb.map(Math.round).join(' '),
  });
}
