import type { LanguageModel as SdkModel } from 'ai';

/** A model of the AI SDK, ready to be asked. */
export type LanguageModel = Exclude<SdkModel, string>;
