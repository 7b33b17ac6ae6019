import { expect, it } from 'vitest';
import type { AgentOutput } from '../ports/agent.ts';
import type { LineFormat } from '../ports/audio.ts';
import { createScriptedCall } from '../simulation/scripted-call.ts';
import {
  createScriptedAgent,
  createScriptedRecognizer,
  createScriptedSynthesizer,
} from '../simulation/scripted-parts.ts';

const agent = createScriptedAgent(async function* (): AsyncGenerator<AgentOutput> {
  yield { type: 'say', text: 'We are open all day.' };
  yield { type: 'finished', memory: {}, expects: undefined, end: false };
});

/** A call whose recogniser and voice write down for which line they were asked. */
function listenedIn() {
  const heardOn: (LineFormat | undefined)[] = [];
  const spokenOn: (LineFormat | undefined)[] = [];
  const call = createScriptedCall({
    agent,
    recognizer: (clock) => {
      const ear = createScriptedRecognizer(clock, () => ({ kind: 'words', text: 'i would like a haircut' }));
      return {
        ...ear,
        open: (options, onEvent) => {
          heardOn.push(options.line);
          return ear.open(options, onEvent);
        },
      };
    },
    synthesizer: (clock) => {
      const voice = createScriptedSynthesizer(clock);
      return {
        ...voice,
        synthesize: (request, sink) => {
          spokenOn.push(request.line);
          voice.synthesize(request, sink);
        },
      };
    },
  });
  return { call, heardOn, spokenOn };
}

it('recogniser and voice are told what the line of a telephone carries', async () => {
  const { call, heardOn, spokenOn } = listenedIn();
  call.attachAudio('mulaw');
  await call.waitForAgent();
  await call.speak('i would like a haircut');
  await call.waitForAgent();
  expect(heardOn).toEqual(['mulaw']);
  expect(spokenOn).toEqual(['mulaw', 'mulaw']);
});

it('a caller who goes on in a browser is heard and spoken to in the whole width from then on, and nothing said is lost', async () => {
  const { call, heardOn, spokenOn } = listenedIn();
  call.attachAudio('alaw');
  await call.waitForAgent();
  await call.speak('i would like a haircut');
  await call.waitForAgent();
  call.attachAudio();
  await call.wait(200);
  await call.speak('i would like a haircut');
  await call.waitForAgent();
  expect(heardOn).toEqual(['alaw', undefined]);
  expect(spokenOn.at(-1)).toBeUndefined();
  expect(
    [...call.recorder.turns.values()].filter(({ caller }) => caller?.text === 'i would like a haircut'),
  ).toHaveLength(2);
});
