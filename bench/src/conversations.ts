import { placeCall } from '@parley/call/synthetic-caller.ts';
import { type ServerProcess, startServerProcess } from '@parley/server/testing/server-process.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { asksAgain, bookings, steps } from './dialogues.ts';
import { median, percentile, print } from './statistics.ts';

/** Callers at once; they run in this process, on the same cores as the server. */
const simultaneous = 10;

/** One call alone, then ten at once; voice to voice of each. About 2 minutes. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const server = await startServerProcess();
  try {
    const idleRssMb = await server.rssMb();
    const alone = await callAtOnce(server, 1);
    const together = await callAtOnce(server, simultaneous);
    print(json, {
      'alone, voice to voice median (ms)': median(alone.voiceToVoiceMs),
      'ten at once, voice to voice median (ms)': median(together.voiceToVoiceMs),
      'ten at once, voice to voice p95 (ms)': percentile(together.voiceToVoiceMs, 0.95),
      'ratio of the medians': median(together.voiceToVoiceMs) / median(alone.voiceToVoiceMs),
      'ten at once, as heard, median (ms)': median(together.heardMs),
      'turns measured, ten at once': together.voiceToVoiceMs.length,
      'calls that ended with a booking': `${together.booked} of ${simultaneous}`,
      'calls that failed': [...alone.failures, ...together.failures].join('; ') || 'none',
      'server memory before, after (MB)': `${Math.round(idleRssMb)}, ${Math.round(await server.rssMb())}`,
    });
  } finally {
    await server.stop();
  }
}

async function callAtOnce(server: ServerProcess, count: number) {
  const synthesizer = createEmbeddedSynthesizer();
  try {
    const results = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        placeCall({
          url: server.url,
          synthesizer,
          steps: steps(bookings[index % bookings.length] ?? []),
          voice: index % 2 === 0 ? 'rms' : 'slt',
          asksAgain,
        }),
      ),
    );
    const turns = results.flatMap((result) => result.turns);
    return {
      voiceToVoiceMs: turns.map((turn) => turn.waterfall.voice_to_voice_ms).filter((ms) => ms !== null),
      heardMs: turns.map((turn) => turn.heardVoiceToVoiceMs).filter((ms) => ms !== null),
      booked: results.filter((result) => result.bookings.length > 0).length,
      failures: results.map((result) => result.failure?.message).filter((message) => message !== undefined),
    };
  } finally {
    await synthesizer.close();
  }
}
