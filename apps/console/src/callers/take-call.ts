import type { ParleyClient } from '@parley/client/create-client.ts';
import { browserEnvironment, type StreamLike } from '@parley/react/environment.ts';
import { captureMicrophone, stopStream } from '@parley/react/microphone.ts';
import { openVoiceLink, type VoiceLink } from '@parley/react/voice-link.ts';

export type Waiting = Awaited<ReturnType<ParleyClient['listHandoffs']>>;
export type WaitingCaller = Waiting['handoffs'][number];

/** A caller on the line. */
export interface TakenCall {
  readonly callerStream: StreamLike;
  /** Ends it for both. */
  hangUp(): void;
}

/**
 * Asks for the microphone and takes the caller.
 *
 * @param onOver told once, when it ended without `hangUp`
 * @throws ApiError, or what the microphone and the connection throw; nothing is left behind then
 */
export async function takeCall(
  client: ParleyClient,
  { handoff_id }: WaitingCaller,
  iceServers: Waiting['ice_servers'],
  signal: AbortSignal,
  onOver: () => void,
): Promise<TakenCall> {
  const environment = browserEnvironment();
  const microphone = await captureMicrophone(environment, undefined);
  let link: VoiceLink | undefined;
  let isOver = false;
  const end = (): void => {
    isOver = true;
    stopStream(microphone);
    link?.close();
  };
  const over = (): void => {
    if (isOver) return;
    end();
    onOver();
  };
  try {
    link = await openVoiceLink({
      environment,
      opened: { ice_servers: iceServers },
      microphone,
      exchangeSdp: async (sdp, given) =>
        (await client.acceptHandoff({ handoff_id, body: { sdp } }, { signal: given })).sdp,
      signal,
      onMessage(text) {
        if (text !== undefined && isEnd(text)) over();
      },
      onClosed: over,
    });
  } catch (error) {
    end();
    throw error;
  }
  // Over before it was known to stand.
  if (isOver) link.close();
  return { callerStream: link.agentStream, hangUp: end };
}

function isEnd(text: string): boolean {
  try {
    const message: unknown = JSON.parse(text);
    return (
      typeof message === 'object' && message !== null && 'type' in message && message.type === 'conversation_ended'
    );
  } catch {
    return false;
  }
}
