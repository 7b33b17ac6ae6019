import { AgentAudio } from '@parley/react/agent-audio.tsx';
import type { ReactNode } from 'react';
import type { TakenCall, WaitingCaller } from './take-call.ts';

/** A caller who was taken: heard here, with what they want beside it. */
export function CallInProgress(props: {
  readonly caller: WaitingCaller;
  readonly call: TakenCall;
  readonly onHungUp: () => void;
}): ReactNode {
  const { caller, call, onHungUp } = props;
  return (
    <div className="speech-desk" data-testid="caller-taken">
      <section>
        <h3>{caller.caller}</h3>
        <p className="speech-note">On the line</p>
        <p>{caller.brief}</p>
        <p className="caller-said">{caller.summary}</p>
        <button
          type="button"
          className="parley-button"
          onClick={() => {
            call.hangUp();
            onHungUp();
          }}
        >
          Hang up
        </button>
      </section>
      <AgentAudio stream={call.callerStream} />
    </div>
  );
}
