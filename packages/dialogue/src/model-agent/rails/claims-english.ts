import { type ClaimKind, type ClaimRules, kindOf } from './claim-rules.ts';

/** Base form, -ing form, participle, and what follows each. */
interface EnglishVerb {
  readonly base: string;
  readonly ing: string;
  readonly participle: string;
  readonly object?: string;
  /** "Your … has been …": whose participle it is. */
  readonly thing?: string;
}

const you = '(?:you(?! (?:the|some|your|[£$€\\d]))|him|her|them|your call|the call|this call|this conversation)\\b';
const booking = '(?:booking|reservation|appointment|table|room|order|stay|visit|meeting|slot|seat)s?\\b';
const message = '(?:e-?mail|text|sms|message|link|confirmation|receipt|invoice|code|details|copy|document)s?\\b';
const money =
  '(?:money|fund|payment|refund|amount|transfer|bill|fee|deposit|[£$€¥]? ?\\d[\\d,.]*|pound|dollar|euro)s?\\b';
const card = '(?:card|account|phone|access|login)s?\\b';
const some = '(?:\\S+ ){0,4}?';

const englishVerbs: Readonly<Record<ClaimKind, readonly EnglishVerb[]>> = {
  handOff: [
    {
      base: '(?:transfer|connect|forward|redirect|escalate)',
      ing: '(?:transferring|connecting|forwarding|redirecting|escalating)',
      participle: '(?:transferred|connected|forwarded|redirected|escalated)',
      object: ` (?:${you}|this to\\b|it to\\b)`,
      thing: '(?:you|call)',
    },
    { base: 'put', ing: 'putting', participle: 'put', object: ' (?:you|your call) (?:through|in touch)' },
    {
      base: '(?:hand|pass)',
      ing: '(?:handing|passing)',
      participle: '(?:handed|passed)',
      object: ' (?:you|this|it|that|your call) (?:over|off|on to|to)\\b',
    },
    {
      base: '(?:get|bring in|fetch)',
      ing: '(?:getting|bringing in|fetching)',
      participle: '(?:got|brought in)',
      object: ` (?:you )?(?:a|an|one of|someone|somebody)\\b.*(?:\\b(?:agent|person|human|colleague|manager|someone|somebody)s?\\b)`,
    },
  ],
  book: [
    {
      base: '(?:book|reserve|schedule)',
      ing: '(?:booking|reserving|scheduling)',
      participle: '(?:booked|reserved|scheduled|confirmed)',
      thing: booking,
    },
    {
      base: '(?:make|set up|confirm|create)',
      ing: '(?:making|setting up|confirming|creating)',
      participle: '(?:made|set up|confirmed|created)',
      object: ` ${some}(?:booking|reservation|appointment)`,
    },
  ],
  cancel: [
    { base: 'cancel', ing: 'cancell?ing', participle: 'cancell?ed', thing: `(?:${booking}|subscription|payment)` },
  ],
  change: [
    { base: 'reschedule', ing: 'rescheduling', participle: 'rescheduled', thing: booking },
    {
      base: '(?:change|move|update|modify|extend)',
      ing: '(?:changing|moving|updating|modifying|extending)',
      participle: '(?:changed|moved|updated|modified|extended)',
      object: ` ${some}${booking}`,
      thing: booking,
    },
  ],
  send: [
    {
      base: '(?:send|forward)',
      ing: '(?:sending|forwarding)',
      participle: '(?:sent|forwarded)',
      object: ` ${some}${message}`,
      thing: message,
    },
    {
      base: '(?:e-?mail|text)',
      ing: '(?:e-?mailing|texting)',
      participle: '(?:e-?mailed|texted)',
      object: ` ${some}(?:you|${message})\\b`,
    },
  ],
  pay: [
    {
      base: '(?:transfer|pay|refund|move|send|wire)',
      ing: '(?:transferring|paying|refunding|moving|sending|wiring)',
      participle: '(?:transferred|paid|refunded|moved|sent|wired)',
      object: ` ${some}${money}`,
      thing: money,
    },
    { base: 'refund', ing: 'refunding', participle: 'refunded', object: ' (?:you|it|that)\\b' },
  ],
  block: [
    {
      base: '(?:block|freeze|lock|deactivate)',
      ing: '(?:blocking|freezing|locking|deactivating)',
      participle: '(?:blocked|frozen|locked|deactivated)',
      object: ` ${some}(?:${card}|it)\\b`,
      thing: card,
    },
  ],
  order: [
    { base: 'place', ing: 'placing', participle: 'placed', object: ` ${some}orders?`, thing: 'order' },
    { base: 'order', ing: 'ordering', participle: 'ordered' },
  ],
  callBack: [{ base: 'call', ing: 'calling', participle: 'called', object: ' you back' }],
};

const soonSubject =
  "(?:\\b(?:i|we)(?:'ll| will| shall|'m going to| am going to|'re going to| are going to)|\\blet me|\\bi can now|\\ballow me to)";
const ingSubject = "\\b(?:i|we)(?:'m| am|'re| are)";
const doneSubject = "\\b(?:i|we)(?:'ve| have|'d| had)?";
const adverbs =
  '(?: (?:now|just|quickly|go ahead and|gone ahead and|gladly|happily|immediately|right away|also|already|successfully|then|be))*';
const passive =
  "(?: \\S+){0,5}? (?:has been|have been|'s been|is now|are now|is all|was|were)(?: (?:now|just|successfully|all|officially))*";

const moreEnglish: Readonly<
  Partial<
    Record<
      ClaimKind,
      { readonly soon?: readonly RegExp[]; readonly done?: readonly RegExp[]; readonly stands?: readonly RegExp[] }
    >
  >
> = {
  handOff: {
    soon: [
      /\byou(?:'re| are) (?:now )?being (?:transferred|connected|put through)/,
      /\b(?:hold|stay) (?:on )?(?:the line )?while i (?:transfer|connect|put)/,
    ],
  },
  book: {
    done: [
      /\b(?:that's|that is|it's|it is) (?:now |all )*(?:booked|reserved|confirmed)\b(?! already)/,
      /\bsee you (?:on|at|tomorrow|next)\b.*\bbooking (?:number|reference)/,
    ],
    stands: [
      /\b(?:you're|you are) (?:now |all )*(?:booked|reserved|confirmed)\b/,
      /\byour (?:booking|reservation|appointment|table|room) is (?:now |all )?(?:confirmed|set|booked|reserved|made)\b/,
    ],
  },
  cancel: { done: [/\b(?:that's|that is|it's|it is) (?:now |all )*cancell?ed\b/] },
  send: {
    soon: [
      /\byou(?:'ll| will)(?: also)?(?: shortly| soon)? (?:receive|get) (?:\S+ ){0,4}?(?:e-?mail|text|sms|message|confirmation)\b/,
    ],
  },
  callBack: {
    soon: [
      /\b(?:someone|somebody|a colleague|we|they|our team|the team|a member \S+ \S+ \S+)(?:'ll| will) (?:call you|get back to you|contact you|be in touch)/,
    ],
  },
};

export const english: ClaimRules = {
  politeness:
    /\b(?:don't worry|do not worry|no problem|if (?:that's|that is|it's) (?:ok|okay|all right|alright|fine)(?: with you)?|if you don't mind|why not|not to worry)\b/g,
  open: /\b(?:if|once|whether|unless|until|before|as soon as|when you|when we|after you|after i|after we|after that|would you|do you want|shall i|should i|can i|could i|may i|want me to|not|never|cannot|unable|unfortunately)\b|n't\b/,
  kinds: Object.entries(englishVerbs).map(([name, verbs]) => ({
    kind: kindOf(name),
    soon: [
      ...verbs.flatMap(({ base, ing, object = '\\b' }) => [
        new RegExp(`${soonSubject}${adverbs} ${base}${object}`),
        new RegExp(`(?:${ingSubject}${adverbs}|${soonSubject} be) ${ing}${object}`),
        // "Transferring you now."
        new RegExp(`^(?:\\S+[,!.] ?){0,2}${ing}${object === '\\b' ? ' (?:it|that|your|the)\\b' : object}`),
      ]),
      ...(moreEnglish[kindOf(name)]?.soon ?? []),
    ],
    done: [
      ...verbs.flatMap(({ participle, object = '\\b', thing }) => [
        new RegExp(`${doneSubject}${adverbs} ${participle}${object}`),
        ...(thing === undefined
          ? []
          : [new RegExp(`\\b(?:your|the|an?) (?:\\S+ ){0,2}?${thing}${passive} ${participle}\\b`)]),
      ]),
      ...(moreEnglish[kindOf(name)]?.done ?? []),
    ],
    stands: moreEnglish[kindOf(name)]?.stands ?? [],
  })),
};
