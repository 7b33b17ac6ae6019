/** A model as the server has it; what it refuses is what the vendor's specification refuses. */
export type ApiModel =
  | TranscriptionModel
  | { readonly kind: 'speech'; readonly takesInstructions: boolean }
  | ChatModel;

interface ChatModel {
  readonly kind: 'chat';
}

export interface TranscriptionModel {
  readonly kind: 'transcription';
  readonly isWhisper: boolean;
  readonly logprobs: boolean;
  readonly takesKeywords: boolean;
  readonly takesPrompt: boolean;
  /** Writes while sound comes in; the others begin when the sound is committed. */
  readonly isLive: boolean;
  /** Not by requests. */
  readonly onlyRealtime: boolean;
}

const older: TranscriptionModel = {
  kind: 'transcription',
  isWhisper: false,
  logprobs: true,
  takesKeywords: false,
  takesPrompt: true,
  isLive: false,
  onlyRealtime: false,
};
const newer: TranscriptionModel = { ...older, logprobs: false, takesKeywords: true };

/** OpenAI's models that matter to speech [spec: openai 7.55; the guide to realtime transcription]. */
export const openaiModels: Readonly<Record<string, ApiModel>> = {
  'gpt-4o-transcribe': older,
  'gpt-4o-mini-transcribe': older,
  'gpt-4o-mini-transcribe-2025-12-15': older,
  'gpt-transcribe': newer,
  'gpt-live-transcribe': { ...newer, isLive: true, onlyRealtime: true },
  'gpt-realtime-whisper': { ...older, logprobs: false, takesPrompt: false, isLive: true, onlyRealtime: true },
  'whisper-1': { ...older, isWhisper: true, logprobs: false },
  'gpt-4o-mini-tts': { kind: 'speech', takesInstructions: true },
  'tts-1': { kind: 'speech', takesInstructions: false },
  'tts-1-hd': { kind: 'speech', takesInstructions: false },
  'gpt-4o-mini': { kind: 'chat' },
  'gpt-4.1-mini': { kind: 'chat' },
};

export function isLanguageCode(text: string): boolean {
  return /^[a-z]{2}$/.test(text);
}
