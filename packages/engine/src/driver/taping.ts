import type { Pcm } from '../ports/audio.ts';
import type { BeginRecording, CallRecording } from '../ports/call-recorder.ts';

/** What the driver tells of the sound of a call, for whoever keeps it. */
export interface Taping {
  /** A channel of sound was attached; the first one begins the recording. */
  begin(): void;
  heard(frame: Pcm): void;
  sent(frame: Pcm): void;
  /** What the agent waits for from now on. */
  expect(isSecret: boolean): void;
  end(): void;
}

/**
 * Sound is not kept from the moment that a secret is asked for, not from when the question has been spoken: people answer into
 * it. It is kept again when the agent's next words sound. Until then the answer may still go on: a turn that was ended too early
 * is taken back as long as nothing of the reply was heard.
 *
 * @param mayBeSecret what is being asked at the beginning may be a secret
 */
export function createTaping(beginRecording: BeginRecording | undefined, mayBeSecret: boolean): Taping {
  let recording: CallRecording | undefined;
  let asked: 'secret' | 'answered' | 'nothing' = mayBeSecret ? 'secret' : 'nothing';
  let isBegun = false;
  return {
    begin() {
      if (isBegun) return;
      isBegun = true;
      recording = beginRecording?.();
      if (asked !== 'nothing') recording?.pause('secret');
    },
    heard: (frame) => recording?.caller(frame),
    sent(frame) {
      if (asked === 'answered') {
        asked = 'nothing';
        recording?.resume('secret');
      }
      recording?.agent(frame);
    },
    expect(isSecret) {
      if (isSecret) {
        asked = 'secret';
        recording?.pause('secret');
      } else if (asked === 'secret') asked = 'answered';
    },
    end() {
      recording?.end();
      recording = undefined;
      isBegun = true;
    },
  };
}
