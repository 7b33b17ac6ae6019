import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AgentOutput } from '../ports/agent.ts';
import { createScriptedCall } from '../simulation/scripted-call.ts';
import { createScriptedAgent, createScriptedSynthesizer } from '../simulation/scripted-parts.ts';

/** What a caller, a network and broken parts may do, in any order. */
const deeds = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('speak' as const),
      ms: fc.integer({ min: 60, max: 2500 }),
      text: fc.constantFrom('yes', 'uh huh', 'i would like a', 'friday at three please'),
    }),
    fc.record({
      do: fc.constantFrom('cough' as const, 'mumble' as const, 'neverHeard' as const, 'breakEar' as const),
      ms: fc.integer({ min: 60, max: 1500 }),
    }),
    fc.record({ do: fc.constant('type' as const), count: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 20, max: 9000 }) }),
    fc.record({
      do: fc.constantFrom(
        'press' as const,
        'release' as const,
        'loseAudio' as const,
        'attachAudio' as const,
        'databaseAway' as const,
        'databaseBack' as const,
      ),
    }),
  ),
  { minLength: 1, maxLength: 14 },
);

it('whatever happens in a call, it speaks only in its turn, and left alone it ends by itself', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(deeds, fc.array(fc.nat(9), { minLength: 30, maxLength: 30 }), async (script, luck) => {
      let drawn = 0;
      const draw = () => luck[drawn++ % luck.length] ?? 0;
      const call = createScriptedCall({
        agent: createScriptedAgent(async function* (cue): AsyncGenerator<AgentOutput> {
          const lot = draw();
          if (lot === 0) throw new Error('The script says so.');
          if (lot === 1) await new Promise<void>((resolve) => call.clock.wakeAt(call.clock.nowMs() + 3000, resolve));
          yield { type: 'say', text: 'This is the first of them. And here is the second one. ' };
          if (lot === 2) await new Promise<void>((resolve) => call.clock.wakeAt(call.clock.nowMs() + 20_000, resolve));
          if (lot === 3) yield { type: 'acted', name: 'done', data: {} };
          yield { type: 'say', text: 'What day suits you?' };
          yield { type: 'finished', memory: { cue: cue.type }, expects: lot > 5 ? 'phone' : undefined, end: false };
        }),
        synthesizer: (clock) => {
          const lots = new Map<string, number>();
          const lot = (text: string) => lots.get(text) ?? 9;
          const voice = createScriptedSynthesizer(clock, {
            delayMs: 200,
            failOn: (text) => lot(text) === 0,
            hangOn: (text) => lot(text) === 1,
          });
          const late = createScriptedSynthesizer(clock, { delayMs: 6000 });
          return {
            ...voice,
            synthesize(request, sink) {
              lots.set(request.text, draw());
              (lot(request.text) === 2 ? late : voice).synthesize(request, sink);
            },
          };
        },
      });
      let inlet = call.attachAudio();
      let typed = 0;
      for (const deed of script) {
        switch (deed.do) {
          case 'speak':
            await call.speak(deed.text, deed.ms);
            break;
          case 'cough':
            await call.speak({ kind: 'nothing' }, deed.ms);
            break;
          case 'mumble':
            await call.speak({ kind: 'rejected' }, deed.ms);
            break;
          case 'neverHeard':
            await call.speak({ kind: 'hangs' }, deed.ms);
            break;
          case 'breakEar':
            await call.speak({ kind: 'fails' }, deed.ms);
            break;
          case 'type':
            for (let n = 0; n < deed.count; n += 1) call.client.text('hello', `m${++typed}`);
            break;
          case 'wait':
            await call.wait(deed.ms);
            break;
          case 'press':
            call.client.pushToTalkStarted();
            break;
          case 'release':
            call.client.pushToTalkEnded();
            break;
          case 'loseAudio':
            inlet.lost('network');
            break;
          case 'attachAudio':
            inlet = call.attachAudio();
            break;
          case 'databaseAway':
            call.recorder.failing = true;
            break;
          case 'databaseBack':
            call.recorder.failing = false;
            break;
        }
      }
      call.recorder.failing = false;
      if (call.closed === undefined) call.attachAudio();
      // Twelve messages of half a minute each at the worst, then two reminders and the goodbye.
      for (let ms = 0; ms < 1_200_000 && call.closed === undefined; ms += 20) {
        const [state, frames] = [call.conversation.state, call.agentFrames.length];
        await call.wait(20);
        const isWaiting = state === 'waiting' && call.conversation.state === 'waiting';
        if (isWaiting) expect(call.agentFrames.length, 'it sounds though it has nothing to say').toBe(frames);
      }
      expect(call.closed, `stuck as ${call.conversation.state}`).toBeDefined();
      // Nothing sounds after the end.
      const frames = call.agentFrames.length;
      await call.wait(10_000);
      expect(call.agentFrames.length).toBe(frames);
    }),
    { numRuns: 40 },
  );
});
