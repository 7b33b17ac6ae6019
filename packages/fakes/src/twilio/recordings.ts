import { encodeWav } from '@parley/engine/audio/wav.ts';
import { newSid, rfc2822 } from './house.ts';
import type { CallbackSettings, LiveCall } from './live-call.ts';

export interface Recording {
  readonly sid: string;
  readonly callSid: string;
  readonly channels: 1 | 2;
  readonly track: 'inbound' | 'outbound' | 'both';
  readonly source: string;
  readonly createdEpochMs: number;
  readonly status: 'in-progress' | 'paused' | 'stopped' | 'completed';
  readonly durationSeconds: number;
  readonly url: string;
  pause(isPaused: boolean): void;
  /** Completes it, and tells whoever asked. Idempotent. */
  stop(): void;
  /** A WAV file of 8 kHz: of two channels the first is the person. */
  wav(): Buffer;
}

export interface RecordingSettings {
  readonly channels?: 1 | 2;
  readonly track?: 'inbound' | 'outbound' | 'both';
  /** `StartCallRecordingAPI`, `DialVerb`, … */
  readonly source: string;
  readonly callback?: CallbackSettings | undefined;
}

/** Records a call from now to its end, or until it is stopped. */
export function startRecording(call: LiveCall, settings: RecordingSettings): Recording {
  const { house, person } = call;
  const { channels = 1, track = 'both', source, callback } = settings;
  const sid = newSid('RE');
  const fromMs = person.hears.durationMs;
  const createdEpochMs = house.clock.epochMs();
  let toMs: number | undefined;
  let status: Recording['status'] = 'in-progress';

  const lengthMs = () => (toMs ?? person.hears.durationMs) - fromMs;
  const url = () => `${house.apiUrl()}/2010-04-01/Accounts/${house.accountSid}/Recordings/${sid}`;
  const tell = (event: 'in-progress' | 'completed') => {
    if (callback === undefined || !callback.events.includes(event)) return;
    const params = {
      AccountSid: house.accountSid,
      CallSid: call.sid,
      RecordingSid: sid,
      RecordingUrl: url(),
      RecordingStatus: event,
      ...(event === 'completed' && { RecordingDuration: String(recording.durationSeconds) }),
      RecordingChannels: String(channels),
      RecordingStartTime: rfc2822(createdEpochMs),
      RecordingSource: source,
      RecordingTrack: track,
      ErrorCode: '0',
    };
    house.webhooks.send(callback.url, callback.method, params).catch((error: unknown) => {
      call.report('warning', 11_200, error instanceof Error ? error.message : String(error));
    });
  };
  const recording: Recording = {
    sid,
    callSid: call.sid,
    channels,
    track,
    source,
    createdEpochMs,
    get status() {
      return status;
    },
    get durationSeconds() {
      return Math.round(lengthMs() / 1000);
    },
    get url() {
      return url();
    },
    pause(isPaused) {
      if (status === 'in-progress' || status === 'paused') status = isPaused ? 'paused' : 'in-progress';
    },
    stop() {
      if (status === 'completed') return;
      toMs = person.hears.durationMs;
      status = 'completed';
      call.closers.delete(recording.stop);
      tell('completed');
    },
    wav() {
      const spoken = track === 'outbound' ? new Int16Array(0) : person.speaks.pcm(fromMs, toMs);
      const heard = track === 'inbound' ? new Int16Array(0) : person.hears.pcm(fromMs, toMs);
      const length = Math.max(spoken.length, heard.length);
      const [first, second] = [spoken, heard].map((side) => {
        const whole = new Int16Array(length);
        whole.set(side);
        return whole;
      });
      if (first === undefined || second === undefined) return Buffer.alloc(0);
      if (channels === 2) return Buffer.from(encodeWav([first, second], 8000));
      const mixed = first.map((sample, n) => Math.max(-32_768, Math.min(32_767, sample + (second[n] ?? 0))));
      return Buffer.from(encodeWav([mixed], 8000));
    },
  };
  house.recordings.set(sid, recording);
  const [oldest] = house.recordings.keys();
  if (house.recordings.size > maxRecordings && oldest !== undefined) house.recordings.delete(oldest);
  call.closers.add(recording.stop);
  tell('in-progress');
  return recording;
}

const maxRecordings = 1_000;
