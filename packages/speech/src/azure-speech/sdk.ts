import type * as Common from 'microsoft-cognitiveservices-speech-sdk/distrib/lib/src/common/Exports.js';
import type * as Protocol from 'microsoft-cognitiveservices-speech-sdk/distrib/lib/src/common.speech/Exports.js';
import type * as Detection from 'microsoft-cognitiveservices-speech-sdk/distrib/lib/src/common.speech/ServiceMessages/PhraseDetection/PhraseDetectionContext.js';
import type * as Audio from 'microsoft-cognitiveservices-speech-sdk/distrib/lib/src/sdk/Audio/AudioInputStream.js';
import type * as Speech from 'microsoft-cognitiveservices-speech-sdk/distrib/lib/src/sdk/Exports.js';

/**
 * What we use of the vendor's SDK. Its protocol is its own; the sockets are ours (see sdk-connection.ts), which is why parts are
 * taken that it does not offer at its front. The version is exact, and tests hold every call against a server.
 */
export interface Sdk {
  readonly speech: typeof Speech;
  readonly common: typeof Common;
  readonly protocol: typeof Protocol;
  readonly detection: typeof Detection;
  readonly audio: typeof Audio;
}

let loaded: Sdk | undefined;
let loading: Promise<Sdk> | undefined;

/** The SDK when it is there already. */
export function sdkIfLoaded(): Sdk | undefined {
  return loaded;
}

/** Loads the SDK on first use: it takes 115 ms and 28 MB, which whoever does not use it need not spend. */
export function loadSdk(): Promise<Sdk> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Sdk> {
  // The front has to come first: its parts import one another in a circle.
  await import('microsoft-cognitiveservices-speech-sdk');
  const [speech, common, protocol, detection, audio] = await Promise.all([
    import('microsoft-cognitiveservices-speech-sdk/distrib/lib/src/sdk/Exports.js'),
    import('microsoft-cognitiveservices-speech-sdk/distrib/lib/src/common/Exports.js'),
    import('microsoft-cognitiveservices-speech-sdk/distrib/lib/src/common.speech/Exports.js'),
    import(
      'microsoft-cognitiveservices-speech-sdk/distrib/lib/src/common.speech/ServiceMessages/PhraseDetection/PhraseDetectionContext.js'
    ),
    import('microsoft-cognitiveservices-speech-sdk/distrib/lib/src/sdk/Audio/AudioInputStream.js'),
  ]);
  // Otherwise it tells the vendor after each utterance how long everything took.
  speech.Recognizer.enableTelemetry(false);
  loaded = { speech, common, protocol, detection, audio };
  return loaded;
}
