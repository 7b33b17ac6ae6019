import type { Clock } from '../../ports/clock.ts';
import type { SpokenWord, SynthesisRequest, SynthesisSink, Synthesizer } from '../../ports/synthesizer.ts';
import { tone } from '../../simulation/scripted-parts.ts';

/** What a voice does with a request, in order. It minds neither the signal nor its own promises. */
export type VoiceDeed =
  | { readonly do: 'wait'; readonly ms: number }
  /** Sound of so many words, 300 ms each. */
  | { readonly do: 'audio'; readonly words: number }
  /** Times of all words of the request. */
  | { readonly do: 'tellTimes' }
  | { readonly do: 'done' }
  | { readonly do: 'fail' }
  | { readonly do: 'throw' };

export const wordMs = 300;

/** All that a sentence needs. */
export function speaksAll(words: number): readonly VoiceDeed[] {
  return [{ do: 'wait', ms: 50 }, { do: 'audio', words }, { do: 'done' }];
}

/** A voice that does as the script says for its n-th request. */
export function createScriptedVoice(
  clock: Clock,
  name: string,
  script: (request: SynthesisRequest, n: number) => readonly VoiceDeed[],
  languages: readonly string[] = [],
): Synthesizer & { readonly requests: SynthesisRequest[] } {
  const requests: SynthesisRequest[] = [];
  return {
    name,
    requests,
    voices: languages.map((language) => ({ id: `${name}-${language}`, title: name, language })),
    close: async () => {},
    synthesize(request, sink) {
      requests.push(request);
      perform(clock, script(request, requests.length - 1), request, sink);
    },
  };
}

function perform(clock: Clock, deeds: readonly VoiceDeed[], request: SynthesisRequest, sink: SynthesisSink): void {
  for (const [index, deed] of deeds.entries()) {
    switch (deed.do) {
      case 'wait':
        clock.wakeAt(clock.nowMs() + deed.ms, () => {
          // Whatever is thrown later than the call goes nowhere.
          try {
            perform(clock, deeds.slice(index + 1), request, sink);
          } catch {}
        });
        return;
      case 'audio':
        sink.audio(tone(deed.words * wordMs));
        break;
      case 'tellTimes':
        sink.words(times(request.text));
        break;
      case 'done':
        sink.done();
        break;
      case 'fail':
        sink.failed('scripted_failure', 'The script says so.');
        break;
      case 'throw':
        throw new Error('The script says so.');
    }
  }
}

function times(text: string): readonly SpokenWord[] {
  return text.split(/\s+/).map((word, n) => ({ text: word, startMs: n * wordMs, endMs: (n + 1) * wordMs }));
}
