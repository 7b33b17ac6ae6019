/** What a word that ends in a full stop says of it. */
export type StopMeaning =
  /** "Dr.", "z.B.": a name or word follows; never the end of a sentence. */
  | 'goesOn'
  /** "No. 5": an abbreviation before a number, a word otherwise. */
  | 'beforeNumber'
  /** "etc.": the end if a capital follows. */
  | 'mayEnd'
  /** No abbreviation that is known. */
  | 'word';

/** @param written the letters and inner stops before the full stop, as written */
export function stopMeaning(written: string): StopMeaning {
  const word = written.toLowerCase();
  if (goesOn.has(word)) return 'goesOn';
  if (beforeNumber.has(word)) return 'beforeNumber';
  if (mayEnd.has(word)) return 'mayEnd';
  // Initials ("J. Smith"); "I" is a word of its own.
  if (/^\p{Lu}$/u.test(written) && written !== 'I') return 'goesOn';
  // "U.S.", "d.h.", "p.ej."
  return /^(?:\p{L}{1,2}\.)+\p{L}{1,3}$/u.test(word) ? 'goesOn' : 'word';
}

const goesOn = new Set(
  // English
  (
    'mr mrs ms mx dr prof rev gen col capt sgt lt gov sen rep hon pres st ste mt ft vs approx dept est ave blvd rd hwy ' +
    'mon tue tues wed thu thur thurs jan feb mar apr jun jul aug sept sep oct nov dec ' +
    // Vietnamese
    'ths ts gs bs pgs ks ls tp tx tt q p đ ' +
    // German
    'hr hrn fr frl dipl ing str bzw ca evtl ggf inkl exkl zzgl geb z.b d.h u.a o.ä i.d.r z.t ' +
    // French
    'm mm mme mmes mlle me av bd env p.ex c.-à-d ' +
    // Spanish
    'sr sra sres srta dra d dña ud uds vd avda pza p.ej ee.uu'
  ).split(' '),
);

const beforeNumber = new Set(
  'no nos nr nrs art abs fig vol pp pag pág núm num n tel ext ch sec kap bl t apt'.split(' '),
);

const mayEnd = new Set(
  'etc inc ltd co corp jr usw u.s.w v.v vv sat sun fri a.m p.m a.k.a b.sc m.sc ph.d phd min max'.split(' '),
);
