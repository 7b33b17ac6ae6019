/** The one or two words that most answers on the telephone are, with the question they answer and what counts as right. */
export interface ShortAnswer {
  readonly text: string;
  readonly context: string;
  /** "yeah" may be taken down as "yes", as it means the same. */
  readonly right: RegExp;
}

const YES = /^(yes|yeah|yep)$/;
const NO = /^(no|nope|nah)$/;

export const shortAnswers: readonly ShortAnswer[] = [
  { text: 'yes', context: 'yes-no', right: YES },
  { text: 'no', context: 'yes-no', right: NO },
  { text: 'yeah', context: 'yes-no', right: YES },
  { text: 'nope', context: 'yes-no', right: NO },
  { text: 'yes please', context: 'yes-no', right: /^yes please$/ },
  { text: 'no thanks', context: 'yes-no', right: /^no thanks$/ },
  { text: 'correct', context: 'yes-no', right: /^correct$/ },
  { text: 'cancel', context: 'time', right: /^cancel$/ },
  { text: 'three', context: 'time', right: /^three$/ },
  { text: 'three pm', context: 'time', right: /^three pm$/ },
  { text: 'friday', context: 'time', right: /^friday$/ },
  { text: 'tomorrow', context: 'time', right: /^tomorrow$/ },
  { text: 'alice', context: 'name', right: /^alice$/ },
  { text: 'john smith', context: 'name', right: /^john (smith|schmidt)$/ },
  { text: 'haircut', context: 'service', right: /^(a )?haircut$/ },
];

/** Whether a "no" was acted on as a "yes" or the reverse: the one mistake that must not be. */
export function isReversed(said: string, heard: { text: string; rejected: boolean }): boolean {
  if (heard.rejected) return false;
  if (/^no/.test(said)) return /\b(yes|yeah|yep|sure|correct|right)\b/.test(heard.text);
  return /^(yes|yeah|correct)/.test(said) && /\b(no|nope|nah)\b/.test(heard.text);
}
