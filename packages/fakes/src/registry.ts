import { anthropicFake } from './anthropic/anthropic-fake.ts';
import { azureOpenaiFake } from './azure-openai/azure-openai-fake.ts';
import { azureSpeechFake } from './azure-speech/azure-speech-fake.ts';
import { deepgramFake } from './deepgram/deepgram-fake.ts';
import { elevenLabsFake } from './elevenlabs/elevenlabs-fake.ts';
import type { FakeVendor } from './fake-vendor.ts';
import { openaiFake } from './openai/openai-fake.ts';
import { openaiCompatibleFake } from './openai-compatible/openai-compatible-fake.ts';
import { rivaFake } from './riva/riva-fake.ts';
import { twilioFake } from './twilio/twilio-fake.ts';

/** Those of speech and language models, in the order of the providers. A new one is one line here and one above. */
export const fakes: readonly FakeVendor[] = [
  deepgramFake,
  elevenLabsFake,
  azureSpeechFake,
  rivaFake,
  openaiFake,
  azureOpenaiFake,
  openaiCompatibleFake,
  anthropicFake,
];

/** All there are: those of the telephone come behind. */
export const allFakes: readonly FakeVendor[] = [...fakes, twilioFake];
