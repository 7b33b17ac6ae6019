import { placeCall } from '@parley/call/synthetic-caller.ts';
import type { WaterfallView } from '@parley/contract/turn.ts';
import { startServerProcess } from '@parley/server/testing/server-process.ts';
import { asksAgain, bookings, steps } from './dialogues.ts';
import { median, percentile, print } from './statistics.ts';

/** Calls one after the other, over real audio, with the embedded ears and voice. About 5 minutes. */
const calls = 8;

export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const server = await startServerProcess();
  const waterfalls: WaterfallView[] = [];
  const heardMs: number[] = [];
  let booked = 0;
  let failed = 0;
  try {
    for (let call = 0; call < calls; call += 1) {
      const lines = bookings[call % bookings.length] ?? [];
      const voice = call % 2 === 0 ? 'rms' : 'slt';
      const result = await placeCall({ url: server.url, steps: steps(lines), voice, asksAgain });
      if (result.failure !== undefined) failed += 1;
      booked += result.bookings.filter((booking) => booking.status === 'booked').length;
      for (const turn of result.turns) {
        if (turn.waterfall.voice_to_voice_ms !== null) waterfalls.push(turn.waterfall);
        if (turn.heardVoiceToVoiceMs !== null) heardMs.push(turn.heardVoiceToVoiceMs);
      }
    }
  } finally {
    await server.stop();
  }
  const total = waterfalls.map((waterfall) => waterfall.voice_to_voice_ms ?? 0);
  const own = waterfalls.map(platformShareMs);
  const stage = (name: keyof WaterfallView) => median(waterfalls.map((waterfall) => waterfall[name] ?? 0));
  print(json, {
    'turns measured': total.length,
    'voice to voice, median (ms)': median(total),
    'voice to voice, p95 (ms)': percentile(total, 0.95),
    'platform share, median (ms)': median(own),
    'platform share, p95 (ms)': percentile(own, 0.95),
    'end of turn, median (ms)': stage('end_of_turn_ms'),
    'transcript, median (ms)': stage('transcript_ms'),
    'agent, median (ms)': stage('agent_ms'),
    'synthesis, median (ms)': stage('synthesis_ms'),
    'playout, median (ms)': stage('playout_ms'),
    'as the caller heard it, median (ms)': median(heardMs),
    'as the caller heard it, p95 (ms)': percentile(heardMs, 0.95),
    'slowest shares (ms): agent, sentence, playout, what is left': slowest(waterfalls),
    'calls that ended with a booking': `${booked} of ${calls}`,
    'calls that failed': failed,
  });
}

/** Where the turns that make the 95th percentile spent their time. */
function slowest(waterfalls: readonly WaterfallView[]): string {
  return waterfalls
    .toSorted((a, b) => platformShareMs(b) - platformShareMs(a))
    .slice(0, slowestTold)
    .map((waterfall) => {
      const stages = [waterfall.agent_ms ?? 0, waterfall.sentence_ms ?? 0, waterfall.playout_ms ?? 0];
      const left = stages.reduce((rest, stage) => rest - stage, platformShareMs(waterfall));
      return [...stages, left].map((ms) => ms.toFixed(1)).join(' ');
    })
    .join('; ');
}

/** The turn of the booking in each of the calls, and as many again. */
const slowestTold = calls * 2;

/** All but the silence waited for on purpose, the recogniser and the voice. */
export function platformShareMs(waterfall: WaterfallView): number {
  const { voice_to_voice_ms, end_of_turn_ms, transcript_ms, synthesis_ms } = waterfall;
  return (voice_to_voice_ms ?? 0) - (end_of_turn_ms ?? 0) - (transcript_ms ?? 0) - (synthesis_ms ?? 0);
}
