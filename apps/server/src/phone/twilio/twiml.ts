import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { tokenParameter } from './stream-token.ts';

export interface StreamTwiml {
  /** Where the sound goes: `wss://…`. */
  readonly streamUrl: string;
  readonly token: string;
  /** Asked what to do when the stream is over. */
  readonly actionUrl: string;
  readonly statusUrl: string;
}

/** The caller talks with us. */
export function streamTwiml({ streamUrl, token, actionUrl, statusUrl }: StreamTwiml): string {
  const response = new VoiceResponse();
  const connect = response.connect({ action: actionUrl, method: 'POST' });
  const stream = connect.stream({ url: streamUrl, statusCallback: statusUrl, statusCallbackMethod: 'POST' });
  stream.parameter({ name: tokenParameter, value: token });
  return response.toString();
}

export interface DialTwiml {
  readonly target: { readonly kind: 'number' | 'sip'; readonly address: string };
  /** What the person sees; left out: the caller's own number. */
  readonly callerId: string | undefined;
  readonly ringSeconds: number;
  readonly actionUrl: string;
  readonly answeredUrl: string;
}

/** Somebody else is called, and hears the caller when they answer. */
export function dialTwiml({ target, callerId, ringSeconds, actionUrl, answeredUrl }: DialTwiml): string {
  const response = new VoiceResponse();
  const dial = response.dial({
    action: actionUrl,
    method: 'POST',
    answerOnBridge: true,
    timeout: ringSeconds,
    ...(callerId !== undefined && { callerId }),
  });
  const told = { statusCallback: answeredUrl, statusCallbackMethod: 'POST' } as const;
  if (target.kind === 'number') dial.number({ ...told, statusCallbackEvent: ['answered'] }, target.address);
  else dial.sip({ ...told, statusCallbackEvent: ['answered'] }, target.address);
  return response.toString();
}

/** The caller's own telephone is asked to call somebody else: only on calls by SIP. */
export function referTwiml(address: string, actionUrl: string): string {
  const response = new VoiceResponse();
  response.refer({ action: actionUrl, method: 'POST' }).sip(address);
  return response.toString();
}

/** Nobody comes; the telephone says that it is busy, and the call costs nothing. */
export function busyTwiml(): string {
  const response = new VoiceResponse();
  response.reject({ reason: 'busy' });
  return response.toString();
}

export function hangUpTwiml(): string {
  const response = new VoiceResponse();
  response.hangup();
  return response.toString();
}

export function sayTwiml(sentence: 'away' | 'unknown_number', language: string): string {
  const response = new VoiceResponse();
  const voice = languages.find((one) => language.toLowerCase().startsWith(one.prefix)) ?? english;
  response.say({ language: voice.language, ...(voice.voice !== undefined && { voice: voice.voice }) }, voice[sentence]);
  response.hangup();
  return response.toString();
}

const english = {
  prefix: 'en',
  language: 'en-US',
  /** The account's own. */
  voice: undefined,
  away: 'We are sorry, nobody can take your call at the moment. Please call again in a few minutes.',
  unknown_number: 'This number is not in service. Please check the number and call again.',
} as const;

/** Said by Twilio: nothing of ours is there to say it. */
const languages = [
  english,
  {
    prefix: 'vi',
    language: 'vi-VN',
    // The voices that an account has unless it says otherwise do not speak it, and then nothing is said.
    voice: 'Google.vi-VN-Standard-A',
    away: 'Xin lỗi quý khách, hiện chúng tôi chưa thể nhận cuộc gọi. Xin quý khách vui lòng gọi lại sau ít phút.',
    unknown_number: 'Số máy này hiện không hoạt động. Xin quý khách kiểm tra lại số và gọi lại.',
  },
] as const;
