import { describe, expect, it } from 'vitest';
import { createTwoTracks } from '../audio/two-tracks.ts';
import type { Pcm } from '../ports/audio.ts';
import type { CallRecording, PauseReason } from '../ports/call-recorder.ts';
import { createScriptedCall } from '../simulation/scripted-call.ts';
import { createScriptedAgent } from '../simulation/scripted-parts.ts';
import type { VirtualClock } from '../simulation/virtual-clock.ts';

/** Asks for a PIN, then for a day. */
const asksForPin = createScriptedAgent(async function* (cue, request) {
  const step = Number(request.memory?.step ?? 0);
  const questions = ['Please tell me your PIN.', 'Thank you. Which day suits you?', 'That is all. Goodbye.'];
  yield { type: 'say', text: questions[step] ?? '' };
  yield {
    type: 'finished',
    memory: { step: step + 1 },
    expects: step === 0 ? 'digits' : undefined,
    end: step === 2 && cue.type === 'turn',
    expectsSecret: step === 0,
  };
});

function createTape() {
  const log: string[] = [];
  const pieces: Pcm[] = [];
  return {
    log,
    pieces,
    begin(clock: VirtualClock): CallRecording {
      log.push('begin');
      const reasons = new Set<PauseReason>();
      const tracks = createTwoTracks(clock.nowMs(), (samples) => pieces.push(samples));
      return {
        caller: (frame) => tracks.push('caller', frame, clock.nowMs()),
        agent: (frame) => tracks.push('agent', frame, clock.nowMs()),
        pause(reason) {
          reasons.add(reason);
          log.push(`pause ${reason}`);
          tracks.setMuted(true);
        },
        resume(reason) {
          reasons.delete(reason);
          log.push(`resume ${reason}`);
          tracks.setMuted(reasons.size > 0);
        },
        end() {
          log.push('end');
          tracks.end(clock.nowMs());
        },
      };
    },
    /** Seconds of the call in which the caller is heard. */
    callerSeconds() {
      return pieces.flatMap((piece, second) =>
        piece.some((sample, n) => n % 2 === 0 && sample !== 0) ? [second] : [],
      );
    },
  };
}

describe('the sound of a call', () => {
  it('is kept but for the answer to a question for a secret', async () => {
    const tape = createTape();
    const call = createScriptedCall({ agent: asksForPin, beginRecording: tape.begin });
    call.attachAudio();
    await call.waitForAgent();
    await call.speak('one two three four five', 3000);
    const secretUntilMs = call.clock.nowMs();
    expect(tape.log).toEqual(['begin', 'pause secret']);
    await call.waitForAgent();
    expect(tape.log).toEqual(['begin', 'pause secret', 'resume secret']);
    await call.speak('on friday please', 3000);
    await call.waitForAgent();
    await call.wait(1000);
    expect(call.closed).toBe('completed');
    expect(tape.log.at(-1)).toBe('end');
    const heard = tape.callerSeconds();
    expect(heard.length).toBeGreaterThanOrEqual(3);
    expect(Math.min(...heard) * 1000).toBeGreaterThan(secretUntilMs - 1000);
  });

  it('goes on with the same recording when the caller comes back by another channel', async () => {
    const tape = createTape();
    const call = createScriptedCall({ agent: asksForPin, beginRecording: tape.begin });
    call.attachAudio().lost('network');
    await call.wait(1000);
    call.attachAudio();
    await call.waitForAgent();
    expect(tape.log.filter((entry) => entry === 'begin')).toHaveLength(1);
  });

  it('is not kept after a restart until the agent has said what it asks, for it may be asking for a secret', async () => {
    const tape = createTape();
    const resumption = { memory: { step: 1 }, expects: 'digits', history: [], lastTurnNumber: 1 };
    const call = createScriptedCall({ agent: asksForPin, beginRecording: tape.begin, resumption });
    call.attachAudio();
    expect(tape.log).toEqual(['begin', 'pause secret']);
    await call.speak('one two three four');
    await call.waitForAgent();
    expect(tape.log).toEqual(['begin', 'pause secret', 'resume secret']);
  });
});
