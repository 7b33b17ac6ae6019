import type { RecognizerSubject } from './subject.ts';

/** What every recogniser must do, over its fake. To be called in a test file. */
export function describeRecognizer(_subject: RecognizerSubject): void {}
