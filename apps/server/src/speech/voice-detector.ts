import { createLightVoiceDetector } from '@parley/engine/audio/light-voice-detector.ts';
import type { VoiceDetector } from '@parley/engine/ports/voice-detector.ts';
import { createSileroVoiceDetector } from '@parley/speech/silero/silero-voice-detector.ts';
import { SpeechError } from '@parley/speech/speech-error.ts';
import type { VoiceDetectorName } from '../config/agent-settings.ts';
import { StartError } from '../start-errors.ts';

/**
 * What tells when a caller speaks. Whoever calls closes it.
 * @throws StartError `config_invalid` when what was chosen is not installed or does not run here
 */
export async function createVoiceDetector(
  name: VoiceDetectorName,
  onError: (error: unknown, context: string) => void,
): Promise<VoiceDetector> {
  if (name === 'light') return createLightVoiceDetector();
  try {
    return await createSileroVoiceDetector({ onError });
  } catch (error) {
    throw error instanceof SpeechError ? new StartError('config_invalid', `VOICE_DETECTOR: ${error.message}`) : error;
  }
}
