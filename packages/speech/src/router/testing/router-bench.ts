import { wordFrame } from '@parley/engine/fallback/testing/scripted-engine.ts';
import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import type { SpokenWord, SynthesisRequest, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import type { EngineDirectory, EngineMakers } from '../engine-directory.ts';
import type { SpeechWishes } from '../plan.ts';
import { createSpeechRouter, type SpeechRouterParts } from '../speech-router.ts';
import type { SpeechScope } from '../speech-scope.ts';
import type { SpeechUsage } from '../usage.ts';

export const vocabulary = { id: 'v', phrases: ['hello'], contexts: {} };
export const sentence = 'one two three four five six seven eight nine ten';

/** A router in virtual time over scripted engines, and what it told. */
export function createRouterBench(
  engines: EngineDirectory & EngineMakers,
  server: { readonly recognizers: readonly string[]; readonly voices: readonly string[] },
  more: Partial<SpeechRouterParts> = {},
  time = createVirtualClock(),
) {
  const clock = time.share();
  const errors: string[] = [];
  const usage: SpeechUsage[] = [];
  const router = createSpeechRouter({
    clock,
    engines,
    onError: (error) => errors.push(String(error)),
    server: { ...server, accounts: {} },
    isPersonal: () => false,
    random: () => 0.5,
    ...more,
  });
  const scope = (scoped: Partial<SpeechScope> & { readonly wishes?: SpeechWishes } = {}): SpeechScope => ({
    organizationId: 'o',
    conversationId: 'c',
    agentId: 'a',
    accounts: {},
    plan: router.plan({ organization: scoped.wishes }, 'en-US', scoped.accounts ?? {}),
    onUsage: (used) => usage.push(used),
    ...scoped,
  });
  return { time, clock, router, errors, usage, scope };
}

/** Opens a stream and notes what came. */
export function listen(recognizer: Recognizer, signal: AbortSignal) {
  const events: RecognizerEvent[] = [];
  const stream = recognizer.open({ language: 'en-US', vocabularyId: vocabulary.id, signal }, (event) =>
    events.push(event),
  );
  return {
    get finals() {
      return events.flatMap((event) => (event.type === 'final' ? [event.text] : []));
    },
    get failures() {
      return events.flatMap((event) => (event.type === 'failed' ? [event.code] : []));
    },
    begin: (...words: readonly number[]) => stream.utteranceStarted(words.map(wordFrame)),
    say: (...words: readonly number[]) => {
      for (const word of words) stream.write(wordFrame(word));
    },
    end: () => stream.utteranceEnded(),
  };
}

/** Listens to one sentence and notes what came, with the time. */
export function hear(
  synthesizer: Synthesizer,
  nowMs: () => number,
  request: Partial<SynthesisRequest> & { readonly signal: AbortSignal },
) {
  const heard = {
    calls: [] as string[],
    words: [] as SpokenWord[],
    audioMs: 0,
    firstAudioAtMs: undefined as number | undefined,
  };
  synthesizer.synthesize(
    {
      text: sentence,
      language: 'en-US',
      voice: undefined,
      tone: 'neutral',
      ssml: undefined,
      passage: undefined,
      ...request,
    },
    {
      audio(samples) {
        heard.calls.push('audio');
        heard.firstAudioAtMs ??= nowMs();
        heard.audioMs += samples.length / 16;
      },
      words: (words) => void heard.words.push(...words),
      done: () => void heard.calls.push('done'),
      failed: (code) => void heard.calls.push(`failed ${code}`),
    },
  );
  return heard;
}
