import type { SynthesizerSubject } from './subject.ts';

/** What every voice must do, over its fake. To be called in a test file. */
export function describeSynthesizer(_subject: SynthesizerSubject): void {}
