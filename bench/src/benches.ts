import { run as recognition } from './recognition.ts';
import { run as startup } from './startup.ts';

/** What can be measured; each prints its figures, or one JSON object with `--json`. */
export const benches: readonly {
  readonly name: string;
  readonly title: string;
  readonly run: (options: { readonly json: boolean }) => Promise<void>;
}[] = [
  { name: 'startup', title: 'from npm start to ready', run: startup },
  { name: 'recognition', title: 'the embedded recogniser and voices', run: recognition },
];
