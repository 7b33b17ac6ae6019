import { type DigitOptions, digitDefaults } from './digits.ts';
import { type EndpointingOptions, endpointingDefaults } from './endpointing.ts';
import { type InterruptionOptions, interruptionDefaults } from './interruption.ts';
import { type SilenceOptions, silenceDefaults } from './silence.ts';
import { type SpeakingOptions, speakingDefaults } from './speaking.ts';
import { type ThinkingAheadOptions, thinkingAheadDefaults } from './thinking-ahead.ts';
import { type TroubleOptions, troubleDefaults } from './trouble.ts';

/** Every option of the machine; each group stands beside its defaults and their reasons in the file of its name. */
export interface TurnOptions {
  /** BCP 47; decides which words are backchannels and which fallback sentences are said. */
  readonly language: string;
  readonly endpointing: EndpointingOptions;
  readonly thinkingAhead: ThinkingAheadOptions;
  readonly digits: DigitOptions;
  readonly interruption: InterruptionOptions;
  readonly speaking: SpeakingOptions;
  readonly silence: SilenceOptions;
  readonly trouble: TroubleOptions;
}

export const turnDefaults: TurnOptions = {
  language: 'en-US',
  endpointing: endpointingDefaults,
  thinkingAhead: thinkingAheadDefaults,
  digits: digitDefaults,
  interruption: interruptionDefaults,
  speaking: speakingDefaults,
  silence: silenceDefaults,
  trouble: troubleDefaults,
};
