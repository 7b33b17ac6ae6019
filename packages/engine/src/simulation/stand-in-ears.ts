import { breakerDefaults } from '../fallback/breaker.ts';
import { createFallbackRecognizer, fallbackRecognizerDefaults } from '../fallback/fallback-recognizer.ts';
import type { Pcm } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import type { Recognizer } from '../ports/recognizer.ts';
import type { CallLog, Listened } from './call-log.ts';
import type { EarsPlan } from './call-script.ts';
import type { SimulatedCaller, SpokenByCaller } from './simulated-caller.ts';
import { createSimulatedRecognizer, noteHeard, preRollMs } from './simulated-recognizer.ts';
import { stampedFrame } from './stamped-frame.ts';

/** A recogniser that fails as the script says, and a sound one that takes over from it as the router has it. */
export function createStandInEars(clock: Clock, ears: EarsPlan, caller: SimulatedCaller, log: CallLog): Recognizer {
  // What one engine says is nobody's business but the chain's; what it holds must be freed all the same.
  const inner: CallLog = { ...log, utterances: [], finals: [], partials: [], recognizerFailures: [] };
  const engine = (name: string, plan: EarsPlan, isSound: boolean): Recognizer => ({
    ...createSimulatedRecognizer(clock, plan, caller, inner, { readsStamps: true, isSound }),
    name,
  });
  const chain = createFallbackRecognizer(
    [engine('first', ears, false), engine('second', { ...ears, failsToOpen: 0, repeatsFinals: false }, true)],
    // As the router has it: one time-out is enough where there is somebody else.
    { ...fallbackRecognizerDefaults, breaker: { ...breakerDefaults, hangsToOpen: 1 } },
    clock,
    (error) => log.takeovers.push({ atMs: clock.nowMs(), what: error.message }),
  );
  const expected = new Set<SpokenByCaller>();

  return {
    ...chain,
    open(options, onEvent) {
      const open: Listened[] = [];
      const stream = chain.open(options, (event) => {
        const atMs = clock.nowMs();
        if (event.type === 'final') {
          const utterance = open.shift();
          if (utterance !== undefined) utterance.final = { atMs, text: event.text, rejected: event.rejected };
        }
        noteHeard(log, atMs, event, inner.finals.at(-1)?.spokenAtMs);
        onEvent(event);
      });
      options.signal.addEventListener('abort', () => {
        for (const utterance of open) utterance.isCut = true;
      });
      let fromMs = 0;
      const stamp = (): Pcm => stampedFrame(clock.nowMs());
      return {
        ...stream,
        utteranceStarted() {
          log.utterances.push(clock.nowMs());
          fromMs = Math.ceil(Math.max(0, clock.nowMs() - preRollMs));
          stream.utteranceStarted([stampedFrame(fromMs)]);
        },
        write: () => stream.write(stamp()),
        utteranceEnded() {
          stream.write(stamp());
          const nowMs = clock.nowMs();
          const said = caller.words.filter((word) => !expected.has(word) && word.endMs > fromMs && word.endMs <= nowMs);
          for (const word of said) expected.add(word);
          const utterance: Listened = {
            endedAtMs: nowMs,
            said: said.map(({ text }) => text).join(' '),
            final: undefined,
            isCut: options.signal.aborted,
          };
          log.listened.push(utterance);
          open.push(utterance);
          stream.utteranceEnded();
        },
      };
    },
  };
}
