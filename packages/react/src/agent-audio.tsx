import { type ReactNode, useEffect, useRef } from 'react';
import type { StreamLike } from './environment.ts';

/** Makes the agent heard. */
export function AgentAudio({ stream }: { readonly stream: StreamLike | undefined }): ReactNode {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = audio.current;
    if (element === null) return;
    element.srcObject = stream instanceof MediaStream ? stream : null;
    // Refused only before the page was touched, and a call begins with a touch.
    if (element.srcObject !== null) void element.play().catch(() => undefined);
    return () => {
      element.srcObject = null;
    };
  }, [stream]);
  // biome-ignore lint/a11y/useMediaCaption: the captions stand beside it
  return <audio ref={audio} data-testid="agent-audio" autoPlay playsInline />;
}
