import type { Environment, StreamLike } from './environment.ts';
import { ConversationError, clientError } from './notices.ts';

export interface Microphone {
  readonly deviceId: string;
  /** The browser's name for it; a numbered one until the person has allowed the microphone. */
  readonly label: string;
}

/** A dialog of the browser may stand open while the person reads it; after this we take it for a no. */
const PERMISSION_TIMEOUT_MS = 60_000;

/**
 * Asks for a microphone; `deviceId` undefined takes the system's choice. Throws `ConversationError` with
 * `insecure_origin`, `microphone_denied`, `microphone_missing` or `microphone_busy`.
 */
export async function captureMicrophone(environment: Environment, deviceId: string | undefined): Promise<StreamLike> {
  const devices = environment.mediaDevices;
  if (!environment.isSecureContext) throw clientError('insecure_origin');
  if (devices === undefined) throw clientError('voice_unsupported');
  const asked = devices.getUserMedia({
    audio: {
      // The agent's own voice must not come back as the caller's.
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      ...(deviceId === undefined ? {} : { deviceId: { exact: deviceId } }),
    },
  });
  try {
    return await withTimeout(asked, PERMISSION_TIMEOUT_MS);
  } catch (error) {
    if (error instanceof ConversationError) throw error;
    const name = error instanceof Error || error instanceof DOMException ? error.name : '';
    if (name === 'OverconstrainedError' && deviceId !== undefined) return captureMicrophone(environment, undefined);
    if (name === 'NotFoundError' || name === 'OverconstrainedError') throw clientError('microphone_missing');
    if (name === 'NotReadableError' || name === 'AbortError') throw clientError('microphone_busy');
    throw clientError('microphone_denied');
  }
}

/** The microphones that can be chosen; empty when the browser does not say. */
export async function listMicrophones(environment: Environment): Promise<readonly Microphone[]> {
  try {
    const devices = (await environment.mediaDevices?.enumerateDevices()) ?? [];
    return devices
      .filter((device) => device.kind === 'audioinput' && device.deviceId !== '')
      .map((device, index) => ({ deviceId: device.deviceId, label: device.label || `Microphone ${index + 1}` }));
  } catch {
    return [];
  }
}

export function stopStream(stream: StreamLike | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Rejects with `microphone_denied` after the time; a microphone that comes later is let go at once. */
function withTimeout(asked: Promise<StreamLike>, timeoutMs: number): Promise<StreamLike> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(clientError('microphone_denied'));
    }, timeoutMs);
    asked.then(
      (stream) => {
        clearTimeout(timer);
        if (late) stopStream(stream);
        else resolve(stream);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error instanceof Error ? error : clientError('microphone_denied'));
      },
    );
  });
}
