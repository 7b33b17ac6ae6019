import type { LanguageModelSubject } from './subject.ts';

/** What every language model must do, over its fake. To be called in a test file. */
export function describeLanguageModel(_subject: LanguageModelSubject): void {}
