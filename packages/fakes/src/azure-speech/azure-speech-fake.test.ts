import {
  AudioConfig,
  AudioInputStream,
  AudioStreamFormat,
  CancellationReason,
  OutputFormat,
  Recognizer,
  ResultReason,
  SpeechConfig,
  SpeechRecognizer,
  SpeechSynthesisOutputFormat,
  type SpeechSynthesisResult,
  SpeechSynthesizer,
} from 'microsoft-cognitiveservices-speech-sdk';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Brain } from '../brain.ts';
import { createToneBrain } from '../brains/tone-brain.ts';
import { fakeKey, type RunningFake } from '../fake-vendor.ts';
import { azureSpeechFake } from './azure-speech-fake.ts';

/** The vendor's own SDK as its users have it, with its own sockets: what it takes for the service, is like it. */
let brain: Brain;
let fake: RunningFake;

beforeEach(async () => {
  Recognizer.enableTelemetry(false);
  brain = createToneBrain();
  fake = await azureSpeechFake.start({ port: 0, brain });
});
afterEach(async () => {
  await fake.close();
  await brain.close();
});

const config = (key = fakeKey) => SpeechConfig.fromHost(new URL(fake.url.replace('http', 'ws')), key);

async function soundOf(text: string): Promise<ArrayBuffer> {
  const { samples } = await brain.speak(text, 'en-US', new AbortController().signal);
  return new Int16Array(samples).buffer;
}

it('is understood by the SDK: hypotheses, a phrase with confidence and times of words, and the end', async () => {
  const speechConfig = config();
  speechConfig.speechRecognitionLanguage = 'vi-VN';
  speechConfig.outputFormat = OutputFormat.Detailed;
  speechConfig.requestWordLevelTimestamps();
  const audio = AudioInputStream.createPushStream(AudioStreamFormat.getWaveFormatPCM(16_000, 16, 1));
  const recognizer = new SpeechRecognizer(speechConfig, AudioConfig.fromStreamInput(audio));
  const hypotheses: string[] = [];
  const phrases: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<CancellationReason>();
  recognizer.recognizing = (_recognizer, { result }) => hypotheses.push(result.text);
  recognizer.recognized = (_recognizer, { result }) => {
    if (result.reason === ResultReason.RecognizedSpeech) phrases.push(result.json);
  };
  recognizer.canceled = (_recognizer, { reason }) => resolve(reason);
  recognizer.startContinuousRecognitionAsync();
  audio.write(await soundOf('one two three'));
  audio.close();
  expect(await ended).toBe(CancellationReason.EndOfStream);
  expect(hypotheses.at(-1)).toBe('one two three');
  expect(phrases).toHaveLength(1);
  expect(JSON.parse(phrases[0] ?? '')).toMatchObject({
    RecognitionStatus: 'Success',
    NBest: [
      {
        Confidence: 0.95,
        Display: 'One two three.',
        Words: [
          { Word: 'one', Offset: 0, Duration: 2_000_000 },
          { Word: 'two', Offset: 2_400_000, Duration: 2_000_000 },
          { Word: 'three', Offset: 4_800_000, Duration: 2_000_000 },
        ],
      },
    ],
  });
  expect(fake.journal.requests[0]?.query.language).toEqual(['vi-VN']);
  recognizer.close();
});

it('answers the SDK’s single shots, silence among them', async () => {
  for (const [text, reason] of [
    ['hello', ResultReason.RecognizedSpeech],
    ['', ResultReason.NoMatch],
  ] as const) {
    const audio = AudioInputStream.createPushStream();
    audio.write(text === '' ? new ArrayBuffer(16_000) : await soundOf(text));
    audio.close();
    const recognizer = new SpeechRecognizer(config(), AudioConfig.fromStreamInput(audio));
    const { promise, resolve, reject } = Promise.withResolvers<ResultReason>();
    recognizer.recognizeOnceAsync((result) => resolve(result.reason), reject);
    expect(await promise).toBe(reason);
    recognizer.close();
  }
  expect(fake.journal.requests.map(({ path }) => path)).toEqual(
    Array(2).fill('/speech/recognition/interactive/cognitiveservices/v1'),
  );
});

it('speaks to the SDK: every byte of sound, and each word at its time', async () => {
  const speechConfig = config();
  speechConfig.speechSynthesisOutputFormat = SpeechSynthesisOutputFormat.Raw16Khz16BitMonoPcm;
  speechConfig.speechSynthesisVoiceName = 'vi-VN-HoaiMyNeural';
  const synthesizer = new SpeechSynthesizer(speechConfig, null);
  const words: [string, number][] = [];
  synthesizer.wordBoundary = (_synthesizer, { text, audioOffset, boundaryType }) => {
    if (boundaryType === 'WordBoundary') words.push([text, audioOffset]);
  };
  for (const text of ['Xin chào.', 'Tạm biệt.']) {
    const { promise, resolve, reject } = Promise.withResolvers<SpeechSynthesisResult>();
    synthesizer.speakTextAsync(text, resolve, reject);
    const result = await promise;
    expect(result.reason).toBe(ResultReason.SynthesizingAudioCompleted);
    expect(Buffer.from(result.audioData).equals(Buffer.from(await soundOf(text)))).toBe(true);
  }
  expect(words).toEqual([
    ['Xin', 0],
    ['chào', 2_400_000],
    ['Tạm', 0],
    ['biệt', 2_400_000],
  ]);
  expect(fake.journal.requests).toHaveLength(1);
  synthesizer.close();
});

it('refuses a voice as the service does', async () => {
  const synthesizer = new SpeechSynthesizer(config(), null);
  const { promise, resolve, reject } = Promise.withResolvers<SpeechSynthesisResult>();
  synthesizer.speakSsmlAsync('<speak xml:lang="en-US"><voice name="Nobody">hi</voice></speak>', resolve, reject);
  expect((await promise).errorDetails).toContain('Unsupported voice Nobody. websocket error code: 1007');
  synthesizer.close();
});

it('refuses a wrong key', async () => {
  const synthesizer = new SpeechSynthesizer(config('wrong'), null);
  const { promise, resolve, reject } = Promise.withResolvers<SpeechSynthesisResult>();
  synthesizer.speakTextAsync('hi', resolve, reject);
  const outcome = await promise.then(
    ({ reason }) => reason,
    () => ResultReason.Canceled,
  );
  expect(outcome).toBe(ResultReason.Canceled);
  expect(fake.openSockets).toBe(0);
  synthesizer.close();
});
