import { digits } from '../ports/audio.ts';
import type {
  CallScript,
  Deed,
  EarsPlan,
  Hearing,
  Stretch,
  ThoughtPlan,
  ThoughtStep,
  VoicePlan,
} from './call-script.ts';
import { ECHO } from './call-script.ts';
import { createRandom, type Random } from './random.ts';

/** What may go wrong in a call; some calls go well, so that the ordinary is tried too. */
interface Temper {
  /** 0–1: how likely each part is to fail where it could. */
  readonly agent: number;
  readonly voice: number;
  readonly recorder: number;
  readonly ears: number;
  /** 0–1: how often the caller does what a well-behaved one does not. */
  readonly caller: number;
}

/** A call drawn by chance: the same seed is the same call. */
export function randomCall(seed: number): CallScript {
  const random = createRandom(seed);
  const temper = drawTemper(random.fork('temper'));
  const byPhone = random.chance(0.35);
  const voice = random.fork('voice');
  const [wordMs, wordTimes] = [voice.int(5, 9) * 20, voice.chance(0.5)];
  const hasStandIns = random.fork('stand-ins').chance(0.25);
  const ears = drawEars(random.fork('ears'), temper);
  return {
    name: `seed ${seed}`,
    openedBy: random.chance(0.85) ? 'voice' : 'chat',
    channel: {
      playoutDelayMs: random.pick([0, 0, 20, 60, 120]),
      echo: random.chance(0.8) ? 'cancelled' : 'possible',
      aheadMs: random.fork('ahead').pick([0, 0, 20, 60, 200, 330]),
    },
    // Who models turns ends them by itself, at moments that only it knows.
    ears: hasStandIns ? { ...ears, turns: undefined } : ears,
    hasStandIns,
    thinksAhead: random.chance(0.5),
    deeds: drawDeeds(random.fork('deeds'), temper, byPhone),
    agent: (count, cue) => drawThought(random.fork(`agent ${count}`), temper, cue.type, count),
    voice: (count) => drawVoice(random.fork(`voice ${count}`), temper, wordMs, wordTimes),
    recorder: (count) => {
      const own = random.fork(`recorder ${count}`);
      const fails = own.chance(temper.recorder * 0.3);
      return {
        delayMs: own.latencyMs(own.chance(temper.recorder * 0.1) ? 3000 : 4),
        outcome: fails ? (own.chance(0.3) ? 'hangs' : 'fails') : 'stored',
      };
    },
  };
}

function drawTemper(random: Random): Temper {
  const one = () => (random.chance(0.5) ? 0 : random.next());
  return { agent: one(), voice: one(), recorder: one(), ears: one(), caller: one() };
}

function drawEars(random: Random, temper: Temper): EarsPlan {
  return {
    onsetMs: random.int(40, 100),
    hangoverMs: random.pick([160, 200, 300, 400]),
    detectorDelayMs: random.chance(0.3) ? random.int(5, 40) : 0,
    partialEveryMs: random.int(80, 250),
    revised: random.chance(0.4) ? random.next() * 0.5 : 0,
    turns: random.chance(0.25) ? { eagerMs: random.int(60, 250), endMs: random.int(200, 700) } : undefined,
    repeatsFinals: random.chance(temper.ears * 0.1),
    failsToOpen: random.chance(temper.ears * 0.05) ? random.int(1, 4) : 0,
  };
}

/** The caller's part: a handful of deeds in most calls, dozens in a few. */
function drawDeeds(random: Random, temper: Temper, byPhone: boolean): readonly Deed[] {
  const deeds: Deed[] = byPhone ? [] : [{ do: 'attachClient' }];
  if (byPhone || random.chance(0.85)) deeds.push({ do: 'attachAudio' });
  const count = Math.min(60, 1 + Math.floor(-3.5 * Math.log(1 - random.next())));
  for (let index = 0; index < count; index += 1) {
    deeds.push(...drawMoment(random), ...drawDeed(random, temper, index, byPhone));
  }
  deeds.push({ do: 'finishSpeaking' });
  const ending = random.weighted({ hangUp: 5, later: 3, alone: 2, shutdown: 0.4 });
  if (ending === 'later') deeds.push({ do: 'waitFor', state: 'waiting', thenMs: random.int(0, 900), atMostMs: 60_000 });
  if (ending === 'shutdown') deeds.push({ do: 'shutdown' });
  else if (ending !== 'alone') deeds.push({ do: 'hangUp' });
  return deeds;
}

/** When the next thing is done: any phase of the agent's turn, or after it. */
function drawMoment(random: Random): readonly Deed[] {
  switch (random.weighted({ politely: 5, thinking: 1.5, sounding: 3, atOnce: 1, later: 1 })) {
    case 'politely':
      return [
        { do: 'finishSpeaking' },
        { do: 'waitFor', state: 'waiting', thenMs: random.latencyMs(250), atMostMs: 40_000 },
      ];
    case 'thinking':
      return [
        { do: 'finishSpeaking' },
        { do: 'waitFor', state: 'processing', thenMs: random.latencyMs(120), atMostMs: 4000 },
      ];
    case 'sounding':
      return [{ do: 'finishSpeaking' }, { do: 'waitFor', state: 'sound', thenMs: random.int(0, 1500), atMostMs: 8000 }];
    case 'atOnce':
      return [];
    case 'later':
      return [{ do: 'wait', ms: random.latencyMs(800) }];
  }
}

function drawDeed(random: Random, temper: Temper, index: number, byPhone: boolean): readonly Deed[] {
  const odd = temper.caller;
  const deed = random.weighted({
    sentence: 10,
    backchannel: 1.2,
    noise: 0.8,
    echo: 0.8,
    keys: 0.9,
    type: byPhone ? 0 : 1.6,
    button: byPhone ? 0 : 0.9,
    network: 0.8 * odd,
    another: 0.2 * odd,
    client: byPhone ? 0 : 0.4 * odd,
    silence: 0.2,
    flood: byPhone ? 0 : 0.1 * odd,
    hold: (byPhone ? 0.8 : 0.1) * odd,
  });
  switch (deed) {
    case 'sentence':
      return [{ do: 'speak', stretches: drawSentence(random, temper, index) }];
    case 'backchannel':
      return [speak(random, temper, random.pick(['uh huh', 'okay', 'yeah right', 'mhm']))];
    case 'noise':
      return [speak(random, temper, '', random.latencyMs(500))];
    case 'echo':
      return [speak(random, temper, ECHO)];
    case 'keys':
      return drawKeys(random);
    case 'type':
      return drawTyped(random, index);
    case 'button':
      return drawButton(random, temper, index);
    case 'network':
      return [{ do: 'loseAudio' }, { do: 'wait', ms: random.latencyMs(2500) }, { do: 'attachAudio' }];
    case 'another':
      return [{ do: 'attachAudio' }];
    case 'client':
      return [{ do: 'detachClient' }, { do: 'wait', ms: random.latencyMs(800) }, { do: 'attachClient' }];
    case 'hold':
      return [
        { do: 'hold', isHeld: true },
        { do: 'wait', ms: random.chance(0.5) ? random.latencyMs(2500) : random.int(8000, 60_000) },
        ...(random.chance(0.95) ? [{ do: 'hold' as const, isHeld: false }] : []),
      ];
    case 'silence':
      return [{ do: 'wait', ms: random.int(8000, 40_000) }];
    case 'flood':
      return Array.from({ length: random.int(8, 14) }, (_, count) => ({
        do: 'type' as const,
        text: `flood ${nameOf(index)} ${nameOf(count)}`,
        messageId: `m${index}-${count}`,
      }));
  }
}

/** One to twelve words in one to three stretches; a name in each that no other has, so that it is known where it went. */
function drawSentence(random: Random, temper: Temper, index: number): readonly Stretch[] {
  const stretches = random.pick([1, 1, 1, 2, 2, 3]);
  return Array.from({ length: stretches }, (_, place) => {
    const name = nameOf(index * 8 + place);
    const words = random.pick([
      `${name}`,
      `${name} please`,
      `it is ${name}`,
      `friday at three ${name}`,
      `i would like ${name} and`,
      `the name of the place is ${name} street`,
      `my number is ${name} five five one`,
      `what about ${name} then i also wanted to ask you something else today`,
    ]);
    return {
      ...stretch(random, temper, words),
      afterMs: place === 0 ? 0 : random.latencyMs(350),
      hearing: drawHearing(random, temper),
    };
  });
}

function speak(random: Random, temper: Temper, text: string, noiseMs = 0): Deed {
  return { do: 'speak', stretches: [{ ...stretch(random, temper, text), noiseMs }] };
}

function stretch(random: Random, temper: Temper, text: string): Stretch {
  const loses = random.chance(0.15 * temper.ears);
  return {
    afterMs: 0,
    text,
    wordMs: random.int(120, 320),
    noiseMs: random.chance(0.1) ? random.int(40, 200) : 0,
    hearing: text === '' ? { kind: 'words', confidence: 0, finalDelayMs: 40 } : drawHearing(random, temper),
    loss: loses ? { fromMs: random.int(0, 900), ms: random.latencyMs(120) } : undefined,
  };
}

function drawHearing(random: Random, temper: Temper): Hearing {
  const finalDelayMs = random.latencyMs(random.chance(0.04) ? 1500 : 80);
  const kind = random.weighted({
    words: 12,
    rejected: 0.6 + temper.ears,
    hangs: 0.6 * temper.ears,
    fails: 0.5 * temper.ears,
  });
  switch (kind) {
    case 'words':
      return { kind, confidence: random.chance(0.15) ? 0.5 : 0.9, finalDelayMs };
    case 'rejected':
      return { kind, finalDelayMs };
    case 'hangs':
      return { kind };
    case 'fails':
      return { kind, afterMs: random.int(20, 1500) };
  }
}

function drawKeys(random: Random): readonly Deed[] {
  const keys = random.pick(['#', '1', '2#', '0612', '5551234#', '*9']);
  return [...keys].flatMap((key) => {
    const digit = digits.find((known) => known === key);
    return digit === undefined
      ? []
      : [
          { do: 'press' as const, digit },
          { do: 'wait' as const, ms: random.latencyMs(180) },
        ];
  });
}

/** Clients send again what was not acknowledged. */
function drawTyped(random: Random, index: number): readonly Deed[] {
  const typed: Deed = { do: 'type', text: `typed ${nameOf(index * 8 + 7)}`, messageId: `m${index}` };
  return random.chance(0.2) ? [typed, { do: 'wait', ms: random.latencyMs(300) }, typed] : [typed];
}

function drawButton(random: Random, temper: Temper, index: number): readonly Deed[] {
  const speaks: Deed = { do: 'speak', stretches: drawSentence(random, temper, index) };
  const pressed: Deed = { do: 'holdButton' };
  const first = random.chance(0.8) ? [pressed, speaks] : [speaks, { do: 'wait' as const, ms: 300 }, pressed];
  const released = random.chance(0.95);
  return [
    ...first,
    random.chance(0.8) ? { do: 'finishSpeaking' } : { do: 'wait', ms: random.latencyMs(300) },
    ...(released ? [{ do: 'releaseButton' as const }] : []),
  ];
}

/** Words of four letters and one syllable, so that any fair measure of what was heard can be right to the word. */
const vocabulary = ['moon', 'fish', 'bird', 'rain', 'lamp', 'ship', 'milk', 'door', 'tree', 'wind'] as const;

function drawThought(random: Random, temper: Temper, cue: string, count: number): ThoughtPlan {
  const steps: ThoughtStep[] = [];
  const slow = random.chance(0.1 * temper.agent);
  const latencyMs = () => (random.chance(0.2) ? 0 : random.latencyMs(slow ? 2500 : 150));
  if (cue === 'turn' && random.chance(0.3)) steps.push({ afterMs: latencyMs(), do: 'understand' });
  const sentences = random.pick([1, 1, 2, 2, 3, 4]);
  for (let index = 0; index < sentences; index += 1) {
    if (cue === 'turn' && random.chance(0.15))
      steps.push({ afterMs: latencyMs(), do: 'act', name: `${count}.${index}` });
    const isLegal = random.chance(0.08);
    const sentence = drawAgentSentence(random, tagOf(count * 4 + index));
    for (const text of isLegal ? [sentence] : inPieces(random, sentence)) {
      steps.push({ afterMs: latencyMs(), do: 'say', text, interruptible: !isLegal });
    }
  }
  const end = cue === 'turn' && random.chance(0.08);
  steps.push({ afterMs: latencyMs(), do: 'finish', end, expects: random.pick([undefined, 'phone', 'menu', 'name']) });
  return withFault(random, temper, steps);
}

function withFault(random: Random, temper: Temper, steps: readonly ThoughtStep[]): ThoughtPlan {
  const deaf = random.chance(0.3 * temper.agent);
  if (!random.chance(0.35 * temper.agent)) return { deaf, throwsAtOnce: false, steps };
  const fault = random.weighted({ throwsAtOnce: 1, throw: 3, hang: 2, stop: 1, silent: 1 });
  const kept = steps.slice(0, random.int(0, steps.length - 1));
  const afterMs = random.latencyMs(200);
  switch (fault) {
    case 'throwsAtOnce':
      return { deaf, throwsAtOnce: true, steps: [] };
    case 'silent':
      return { deaf, throwsAtOnce: false, steps: steps.filter((step) => step.do !== 'say') };
    default:
      return { deaf, throwsAtOnce: false, steps: [...kept, { afterMs, do: fault }] };
  }
}

/** Two to ten words, one of them said nowhere else, so that it is known whose sentence it was. */
function drawAgentSentence(random: Random, tag: string): string {
  const words = Array.from({ length: random.int(1, 9) }, () => random.pick(vocabulary)).join(' ');
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)} ${tag}. `;
}

function inPieces(random: Random, text: string): readonly string[] {
  if (random.chance(0.5)) return [text];
  const at = random.int(1, text.length - 1);
  return [text.slice(0, at), text.slice(at)];
}

function drawVoice(random: Random, temper: Temper, wordMs: number, wordTimes: boolean): VoicePlan {
  const pieces = random.pick([1, 1, 2, 4]);
  const faulty = random.chance(0.3 * temper.voice);
  const fault = faulty ? random.pick(['throws', 'fails', 'hangs', 'stalls'] as const) : 'none';
  const afterPieces = random.int(0, pieces - 1);
  return {
    firstMs: random.chance(0.1) ? 0 : random.latencyMs(random.chance(0.1 * temper.voice) ? 3000 : 90),
    wordMs,
    wordTimes,
    pieces,
    gapMs: random.latencyMs(30),
    fault:
      fault === 'none' || fault === 'throws'
        ? { kind: fault }
        : fault === 'stalls'
          ? { kind: fault, afterPieces, ms: random.latencyMs(1500) }
          : { kind: fault, afterPieces },
    deaf: random.chance(0.3 * temper.voice),
  };
}

/** A made-up name of three syllables for each number: no two are alike, and none is a word of the scripts. */
export function nameOf(number: number): string {
  let rest = (number * 97 + 13) % syllables ** 3;
  let name = '';
  for (let place = 0; place < 3; place += 1) {
    name += syllable(rest % syllables);
    rest = Math.floor(rest / syllables);
  }
  return `${name}x`;
}

/** The same for the agent, in one syllable of four letters like its other words. */
export function tagOf(number: number): string {
  const place = (number * 97 + 13) % (syllables * consonants.length);
  return `${syllable(place % syllables)}${consonants[Math.floor(place / syllables)]}z`;
}

const consonants = 'bdgklmnprstv';
const vowels = 'aeiou';
const syllables = consonants.length * vowels.length;

function syllable(number: number): string {
  return `${consonants[number % consonants.length]}${vowels[Math.floor(number / consonants.length)]}`;
}
