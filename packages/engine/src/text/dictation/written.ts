/** What is dictated as it is written: e-mail and street addresses. */

/**
 * An e-mail address as it is spoken: "john dot smith at example dot com", "lan chấm trần a còng gờ meo chấm com". Over after what ends
 * the names of hosts; without having been asked for one it begins where nothing else would say so ("at gmail", "dot", "a còng").
 */
export function spokenEmail(spoken: readonly string[], asked: boolean): 'none' | 'going' | 'over' {
  const tail = spoken.slice(-longestEmail);
  const text = ` ${tail.join(' ')} `;
  const hasAt = / (at|a còng|a móc|a cong|a vòng) /.test(text);
  const last = tail.at(-1) ?? '';
  if (hasAt && endings.has(last) && / (dot|chấm|cham|point) /.test(text)) return 'over';
  if (
    / (a còng|a móc|at (gmail|yahoo|hotmail|outlook|icloud|g mail)|underscore|gạch dưới)( |.* (dot|chấm) )$/.test(text)
  )
    return 'going';
  if (/ (dot|chấm|underscore) (\S+ )?$/.test(text) && (hasAt || asked || last !== 'dot')) return 'going';
  if (/ (e-?mail|e mail|mail)( address)?( của \S+)? (is|là) (\S+ ){0,3}$/.test(text)) return 'going';
  if (!asked || tail.length === 0) return 'none';
  // Asked for an address, "it's john" is its beginning; "I don't have one" is none.
  return hasAt || tail.length <= namedWords ? 'going' : 'none';
}

/** Words of the longest address that is spoken. */
const longestEmail = 14;
/** Words of what comes before the "at", with "it's" and digits. Longer without an "at" is something else. */
const namedWords = 6;

const endings: ReadonlySet<string> = new Set('com net org edu gov vn uk de fr io co eu info ca au in jp us'.split(' '));

/** Asked where they live: does a house number wait for its street, or a street for its town? */
export function isDictatedAddress(
  spoken: readonly string[],
  numbers: Readonly<Record<string, string | undefined>>,
): boolean {
  const last = spoken.at(-1) ?? '';
  if (/^\d+[a-z]?$/.test(last) || numbers[last] !== undefined || unfinished.has(last)) return true;
  const streetAt = spoken.findLastIndex((word) => streets.has(word));
  const hasNumber = spoken.some((word) => /^\d/.test(word) || numbers[word] !== undefined);
  // English says the street before its town, Vietnamese before its ward, district and city.
  return hasNumber && streetAt < 0 ? true : streetAt === spoken.length - 1;
}

const streets: ReadonlySet<string> = new Set(
  'street st road rd avenue ave lane drive boulevard court place square terrace way crescent close đường phố ngõ hẻm phường quận'.split(
    ' ',
  ),
);

const unfinished: ReadonlySet<string> = new Set(
  'north south east west saint apartment flat unit suite floor số nhà ngách tổ khu ấp xã huyện'.split(' '),
);
