import type { Finding } from './slot-findings.ts';

/**
 * Without what was said not to be meant: "not Thursday, Friday" is Friday, and "not Friday", "anything but Friday" or "Friday
 * doesn't work" alone is no day at all.
 *
 * @param text what the findings are of
 */
export function withoutNegated(findings: readonly Finding[], text: string, language: string): readonly Finding[] {
  const isVietnamese = language.startsWith('vi');
  const words = isVietnamese ? refusals.vi : refusals.en;
  const isUnfit = (finding: Finding) =>
    words.exceptBefore.test(text.slice(0, finding.start)) || words.unfitAfter.test(text.slice(finding.end));
  const isNegated = (finding: Finding) =>
    finding.kind !== 'yesNo' &&
    finding.kind !== 'text' &&
    (words.notBefore.test(text.slice(0, finding.start)) || isUnfit(finding));
  return findings.filter((finding) => {
    if (!isNegated(finding)) return true;
    // Without the comma that is not heard, "không phải thứ sáu" may as well be "no, Friday".
    return (
      isVietnamese && !isUnfit(finding) && !findings.some((other) => other.kind === finding.kind && !isNegated(other))
    );
  });
}

/** `notBefore` and `exceptBefore` stand right before the value, `unfitAfter` right after it; "why not Friday?" proposes it. */
const refusals = {
  en: {
    notBefore:
      /(?<!\bwhy )\b(?:not|instead of|rather than)(?: (?:before|after|until|till|earlier than|later than|on|at|for|the|a|an|in|this|next))*\s+$/i,
    exceptBefore:
      /\b(?:(?:any|every)(?:thing|one| day| time| other day)? but|except|apart from|other than|(?:can['’]?t|cannot|couldn['’]t|won['’]t) (?:do|make|manage|come|make it)|(?:busy|away|not free|not available))(?: (?:for|on|at|the|this|next|in))*\s+$/i,
    unfitAfter:
      /^(?: (?:itself|really|just|unfortunately|actually|at all))*(?: (?:(?:does|do|did|will|would|is|are)(?: not|n['’]t)(?! (?:bad|impossible|out|no))|won['’]t|wouldn['’]t) (?:really )?(?:work|suit|fit|do|go|possible|good|convenient|an option|okay|ok|great|ideal)\b| (?:is|are) (?:bad|no good|impossible|out|hopeless|no use)\b|['’]s (?:bad|no good|not (?!bad)|impossible|out|no use)\b| I(?: can['’]?t| cannot|['’]?m (?:busy|away)| am (?:busy|away))\b)/i,
  },
  vi: {
    notBefore: /(?:^|[\s,])(?:không phải|thay vì)(?: (?:là|vào|lúc))*\s+$/iu,
    exceptBefore: /(?:^|[\s,])(?:trừ|ngoại trừ|không phải trước|không trước)(?: (?:ngày|vào|lúc))*\s+$/iu,
    unfitAfter:
      /^(?: (?:thì|đó|này|tôi|mình|em|anh|chị|con))*(?: (?:không|chưa) (?:được|rảnh|tiện|đi|đến|tới|hợp|phù hợp)| bận)(?![\p{L}\p{M}])/iu,
  },
};
