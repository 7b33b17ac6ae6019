import type { Environment, StreamLike, TrackLike } from './environment.ts';
import { captureMicrophone, listMicrophones, stopStream } from './microphone.ts';
import type { ConversationSnapshot } from './snapshot.ts';

/** The one microphone of a conversation: asked for, swapped, switched off and let go in one place. */
export interface MicrophoneHolder {
  readonly stream: StreamLike | undefined;
  /** The held microphone, or a new one. Throws as `captureMicrophone`; lets it go again if aborted meanwhile. */
  acquire(signal: AbortSignal): Promise<StreamLike>;
  /** Takes another one, at once if one is held; undefined is the system's choice. Never rejects. */
  choose(deviceId: string | undefined): Promise<void>;
  /** Whether what it hears leaves the machine, also for microphones to come. */
  setEnabled(enabled: boolean): void;
  letGo(): void;
  /** Follows what is plugged in and out, until `unwatch`. */
  watch(): void;
  unwatch(): void;
}

export interface MicrophoneEvents {
  onChange(change: Partial<Pick<ConversationSnapshot, 'microphones' | 'microphoneId' | 'microphoneStream'>>): void;
  /** A live microphone gave way to another; the old one is let go once this resolves. */
  onReplaced(track: TrackLike): Promise<void>;
  /** No other could be had. `isLost`: the one before is gone as well. */
  onReplaceFailed(error: unknown, isLost: boolean): void;
}

export function createMicrophoneHolder(environment: Environment, events: MicrophoneEvents): MicrophoneHolder {
  let held: StreamLike | undefined;
  let chosenId: string | undefined;
  let isEnabled = true;
  let known = '';

  function hold(stream: StreamLike): void {
    held = stream;
    const onEnded = (): void => {
      if (held === stream) void replace(stream, undefined, true);
    };
    stream.getAudioTracks()[0]?.addEventListener('ended', onEnded);
    apply();
    events.onChange({ microphoneStream: stream });
    // The names of devices are told only after the person has allowed one.
    void refresh();
  }

  async function replace(before: StreamLike, deviceId: string | undefined, isLost: boolean): Promise<void> {
    if (isLost) {
      chosenId = undefined;
      events.onChange({ microphoneId: undefined });
    }
    try {
      const stream = await captureMicrophone(environment, deviceId);
      const track = stream.getAudioTracks()[0];
      if (held !== before || track === undefined) {
        stopStream(stream);
        return;
      }
      hold(stream);
      await events.onReplaced(track);
      stopStream(before);
    } catch (error) {
      if (held === before || held === undefined) events.onReplaceFailed(error, isLost);
    }
  }

  async function refresh(): Promise<void> {
    const microphones = await listMicrophones(environment);
    const now = JSON.stringify(microphones);
    if (now === known) return;
    known = now;
    events.onChange({ microphones });
  }

  function apply(): void {
    for (const track of held?.getAudioTracks() ?? []) track.enabled = isEnabled;
  }

  const onDeviceChange = (): void => void refresh();

  return {
    get stream() {
      return held;
    },
    async acquire(signal) {
      if (held !== undefined) return held;
      const stream = await captureMicrophone(environment, chosenId);
      if (signal.aborted) stopStream(stream);
      else hold(stream);
      return stream;
    },
    async choose(deviceId) {
      chosenId = deviceId;
      events.onChange({ microphoneId: deviceId });
      if (held !== undefined) await replace(held, deviceId, false);
    },
    setEnabled(enabled) {
      isEnabled = enabled;
      apply();
    },
    letGo() {
      if (held === undefined) return;
      stopStream(held);
      held = undefined;
      events.onChange({ microphoneStream: undefined });
    },
    watch() {
      environment.mediaDevices?.addEventListener('devicechange', onDeviceChange);
      void refresh();
    },
    unwatch() {
      environment.mediaDevices?.removeEventListener('devicechange', onDeviceChange);
    },
  };
}
