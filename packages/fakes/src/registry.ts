import { azureSpeechFake } from './azure-speech/azure-speech-fake.ts';
import { deepgramFake } from './deepgram/deepgram-fake.ts';
import { elevenLabsFake } from './elevenlabs/elevenlabs-fake.ts';
import type { FakeVendor } from './fake-vendor.ts';
import { rivaFake } from './riva/riva-fake.ts';

/** All fakes, in the order of the providers. A new one is one line here and one above. */
export const fakes: readonly FakeVendor[] = [deepgramFake, elevenLabsFake, azureSpeechFake, rivaFake];
