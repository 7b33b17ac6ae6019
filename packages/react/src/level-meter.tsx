import { type ReactNode, useRef } from 'react';
import type { StreamLike } from './environment.ts';
import { useLevel } from './use-level.ts';

/** A small bar that moves with a voice. Decoration: what it shows is also said by the state. */
export function LevelMeter(props: {
  readonly stream: StreamLike | undefined;
  readonly speaker: 'user' | 'agent';
}): ReactNode {
  const meter = useRef<HTMLSpanElement>(null);
  useLevel(props.stream, meter);
  return <span ref={meter} className="parley-meter" data-speaker={props.speaker} aria-hidden="true" />;
}
