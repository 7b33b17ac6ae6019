import type { EmotionalTone, Voice } from '@parley/engine/ports/synthesizer.ts';

/** Each speaks all languages of the models [spec: openai 7.55]; the first is the default, as a clear voice with little of an accent. */
const names = [
  'marin',
  'cedar',
  'alloy',
  'ash',
  'ballad',
  'coral',
  'echo',
  'fable',
  'nova',
  'onyx',
  'sage',
  'shimmer',
  'verse',
];

/** Of `tts-1` and `tts-1-hd`, which came before the others [docs]. */
const olderNames: ReadonlySet<string> = new Set([
  'alloy',
  'ash',
  'coral',
  'echo',
  'fable',
  'nova',
  'onyx',
  'sage',
  'shimmer',
]);

export function isOlderVoiceModel(model: string): boolean {
  return /^tts-1/.test(model);
}

/** @param model by OpenAI's name */
export function openaiVoices(model: string): readonly Voice[] {
  return names
    .filter((name) => !isOlderVoiceModel(model) || olderNames.has(name))
    .map((name) => ({ id: name, title: `${name.charAt(0).toUpperCase()}${name.slice(1)}`, language: 'mul' }));
}

/** A voice that an organization had made of samples: named by its id, in a form of its own [spec]. */
export function isOwnVoice(id: string): boolean {
  return /^voice_/.test(id);
}

/** How a tone is asked for of models that take instructions; neutral is how they speak by themselves. */
export const toneInstructions: Readonly<Record<EmotionalTone, string | undefined>> = {
  warm: 'Speak warmly and kindly, a little slower than usual, as to a guest who is welcome.',
  neutral: undefined,
  energetic: 'Speak brightly and briskly, with energy and a smile in the voice.',
};

/**
 * What a voice is told for each tone, besides the words that whoever set it up wrote. The older models take no instructions.
 * @param model by OpenAI's name
 */
export function instructionsFor(
  model: string,
  always: string | undefined,
): (tone: EmotionalTone) => string | undefined {
  if (isOlderVoiceModel(model)) return () => undefined;
  return (tone) => {
    const told = [always, toneInstructions[tone]].filter((words) => words !== undefined);
    return told.length === 0 ? undefined : told.join(' ');
  };
}
