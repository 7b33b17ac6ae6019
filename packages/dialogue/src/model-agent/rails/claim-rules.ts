/** Deeds that a reply may speak of. */
export const claimKinds = ['handOff', 'book', 'cancel', 'change', 'send', 'pay', 'block', 'order', 'callBack'] as const;
export type ClaimKind = (typeof claimKinds)[number];

/** `soon`: "I'll transfer you"; `done`: "I have booked it"; `stands`: "your booking is confirmed", by whomever. */
export interface Claim {
  readonly kind: ClaimKind;
  readonly tense: 'soon' | 'done' | 'stands';
}

export interface ClaimRules {
  /** Left out before looking: its words look like conditions. */
  readonly politeness: RegExp;
  /** Questions, conditions, negations: nothing is claimed. */
  readonly open: RegExp;
  readonly kinds: readonly {
    readonly kind: ClaimKind;
    readonly soon: readonly RegExp[];
    readonly done: readonly RegExp[];
    readonly stands: readonly RegExp[];
  }[];
}

export function kindOf(name: string): ClaimKind {
  const kind = claimKinds.find((each) => each === name);
  if (kind === undefined) throw new TypeError(`${name} is no kind of claim.`);
  return kind;
}
