import type { HintForm } from './hints.ts';

/** What a model of `audio/transcriptions` answers, and what it can be told. */
export interface TranscriptionForm {
  /** `stream`: events with the words as they are found; `json`: the text; `verbose_json`: Whisper's segments too. */
  readonly answer: 'stream' | 'json' | 'verbose_json';
  /** Whether it tells how sure it was of each token. */
  readonly logprobs: boolean;
  readonly hints: HintForm;
  /** The newer models take several languages in a list, the older ones one. */
  readonly language: 'one' | 'list';
}

/** What is known of a model by its name [spec: openai 7.55]; servers of one's own are taken for Whisper. */
export function formOfModel(model: string): TranscriptionForm {
  if (/^gpt-4o-transcribe-diarize/.test(model)) {
    return { answer: 'stream', logprobs: false, hints: 'none', language: 'one' };
  }
  if (/^gpt-4o-(mini-)?transcribe/.test(model)) {
    return { answer: 'stream', logprobs: true, hints: 'prompt', language: 'one' };
  }
  // Of tokens that it tells the probability of, the specification names the `gpt-4o` models only.
  if (/^gpt-(live-)?transcribe/.test(model)) {
    return { answer: 'stream', logprobs: false, hints: 'keywords', language: 'list' };
  }
  if (/^gpt-realtime-whisper/.test(model)) {
    return { answer: 'stream', logprobs: false, hints: 'none', language: 'one' };
  }
  return { answer: 'verbose_json', logprobs: false, hints: 'prompt', language: 'one' };
}
