import type { Finding } from './slot-findings.ts';

/**
 * Without what was said not to be meant: "not Thursday, Friday" is Friday, and "not Friday" alone is no day at all.
 *
 * @param text what the findings are of
 */
export function withoutNegated(findings: readonly Finding[], text: string, language: string): readonly Finding[] {
  const isVietnamese = language.startsWith('vi');
  const negation = isVietnamese ? negations.vi : negations.en;
  const isNegated = (finding: Finding) =>
    finding.kind !== 'yesNo' && finding.kind !== 'text' && negation.test(text.slice(0, finding.start));
  return findings.filter((finding) => {
    if (!isNegated(finding)) return true;
    // Without the comma that is not heard, "không phải thứ sáu" may as well be "no, Friday".
    return isVietnamese && !findings.some((other) => other.kind === finding.kind && !isNegated(other));
  });
}

/** Right before the value; "why not Friday?" proposes it. */
const negations = {
  en: /(?<!\bwhy )\b(?:not|instead of|rather than)(?: (?:on|at|for|the|a|an|in))*\s+$/i,
  vi: /(?:^|[\s,])(?:không phải|thay vì)(?: (?:là|vào|lúc))*\s+$/iu,
};
