import { createEchoGate } from '@parley/engine/audio/echo-gate.ts';
import { FRAME_SAMPLES } from '@parley/engine/ports/audio.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { type EchoTrial, talkInRoom } from '@parley/speech/testing/echo-room.ts';
import { inDomainSentences } from '@parley/speech/testing/sentences.ts';
import { speak } from '@parley/speech/testing/voice-loop.ts';
import { median, percentile } from './statistics.ts';

const delaysMs = [80, 200, 350];
const couplingsDb = [-6, -15, -30];
const agentSentences = 24;
const timedRounds = 9;

/** The agent's own voice come back through loudspeaker and microphone. About twenty seconds. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const { agent, caller } = await record();
  const results: Result[] = [];
  for (const couplingDb of [...couplingsDb, undefined]) {
    for (const gated of [false, true]) {
      for (const callerDb of [6, 0]) {
        const trials = (couplingDb === undefined ? [80] : delaysMs).flatMap((delayMs, seed) => {
          const talk = { sentences: agent, caller, callerDb, echo: 'possible', gated, seed: 1 + seed } as const;
          return [
            ...talkInRoom({ delayMs, couplingDb }, { ...talk, talkOverFrom: agent.length }),
            ...talkInRoom({ delayMs, couplingDb }, { ...talk, talkOverFrom: 2 }),
          ];
        });
        results.push({ couplingDb: couplingDb ?? null, gated, callerDb, ...scoreOf(trials, agent.length) });
      }
    }
  }
  const microseconds = microsecondsAFrame(agent);
  if (json) console.log(JSON.stringify({ results, microseconds }));
  else console.log(report(results, microseconds));
}

interface Result extends ReturnType<typeof scoreOf> {
  readonly couplingDb: number | null;
  readonly gated: boolean;
  readonly callerDb: number;
}

async function record() {
  const synthesizer = createEmbeddedSynthesizer();
  try {
    const agent: Int16Array[] = [];
    const caller: Int16Array[] = [];
    // The longer ones are the agent's: there is something to talk over.
    const sentences = [...inDomainSentences].sort((a, b) => b.length - a.length);
    for (const text of sentences.slice(0, agentSentences)) {
      agent.push((await speak(synthesizer, text, { voice: 'slt' })).samples);
    }
    for (const text of sentences.slice(agentSentences, agentSentences + 8)) {
      caller.push((await speak(synthesizer, text, { voice: 'rms' })).samples);
    }
    return { agent, caller };
  } finally {
    await synthesizer.close();
  }
}

/** The two calls of a room come one after the other, the one without a caller first. */
function scoreOf(trials: readonly EchoTrial[], sentences: number) {
  const alone = trials.filter((_, index) => index % (2 * sentences) < sentences);
  const talkedOver = trials.filter(({ callerSpoke }) => callerSpoke);
  const found = talkedOver.flatMap(({ foundAfterMs, selfInterrupted }) =>
    foundAfterMs === undefined || selfInterrupted ? [] : [foundAfterMs],
  );
  return {
    selfInterruptions: alone.filter(({ selfInterrupted }) => selfInterrupted).length / alone.length,
    found: found.length / talkedOver.length,
    foundWithin150Ms: found.filter((ms) => ms <= 150).length / talkedOver.length,
    p50Ms: percentile(found, 0.5),
    p95Ms: percentile(found, 0.95),
  };
}

function microsecondsAFrame(agent: readonly Int16Array[]): number {
  const rounds = Array.from({ length: timedRounds }, () => {
    const gate = createEchoGate('possible');
    let frames = 0;
    const startedAtMs = performance.now();
    for (const sentence of agent) {
      for (let at = 0; at + FRAME_SAMPLES <= sentence.length; at += FRAME_SAMPLES) {
        const frame = sentence.subarray(at, at + FRAME_SAMPLES);
        gate.sent(frame);
        gate.filter(frame);
        frames += 1;
      }
    }
    return ((performance.now() - startedAtMs) * 1000) / frames;
  });
  return median(rounds);
}

function report(results: readonly Result[], microseconds: number): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`.padStart(8);
  const lines = results.map(
    ({ couplingDb, gated, callerDb, selfInterruptions, found, foundWithin150Ms, p50Ms, p95Ms }) =>
      `${(couplingDb === null ? 'none' : `${couplingDb} dB`).padEnd(8)} ${gated ? 'yes ' : 'no  '} ${percent(selfInterruptions)}  ` +
      `${`+${callerDb} dB`.padEnd(6)} ${percent(found)} ${percent(foundWithin150Ms)}  ${p50Ms} ms  ${p95Ms} ms`,
  );
  return [
    'echo     gate  agent interrupts itself | caller over the echo, found, within 150 ms, p50, p95',
    ...lines,
    `the gate costs ${microseconds.toFixed(1)} µs a frame while the agent speaks`,
  ].join('\n');
}
