import { SpeechError } from '../speech-error.ts';

export function sherpaMissing(): SpeechError {
  return new SpeechError(
    'program_missing',
    'Models of this machine by sherpa-onnx need the optional package sherpa-onnx-node. Run "npm install" without --omit=optional, or choose another recogniser.',
  );
}

/** @param detail what is wrong, in a sentence */
export function folderUnusable(detail: string): SpeechError {
  return new SpeechError(
    'model_unusable',
    `A folder needs the model files and their tokens.txt, as sherpa-onnx publishes them. ${detail}`,
  );
}
