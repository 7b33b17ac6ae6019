/** The parts of a duration in ISO 8601, greatest first: `PT1H30M` has 1 hour and 30 minutes. Undefined if it is none. */
export function durationParts(iso: string): readonly DurationPart[] | undefined {
  const match = iso.length > 40 ? null : pattern.exec(iso);
  if (match === null) return undefined;
  const parts = durationUnits.flatMap((unit, index) => {
    const written = match[index + 1];
    return written === undefined ? [] : [{ unit, count: Number(written.replace(',', '.')) }];
  });
  return parts.length === 0 ? undefined : parts;
}

/** Its length in seconds, a month having 30 days and a year 365; for comparing. */
export function durationSeconds(iso: string): number | undefined {
  const parts = durationParts(iso);
  return parts?.reduce((sum, { unit, count }) => sum + count * secondsOf[unit], 0);
}

export interface DurationPart {
  readonly unit: (typeof durationUnits)[number];
  readonly count: number;
}

const durationUnits = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const;

const number = String.raw`(\d{1,9}(?:[.,]\d{1,9})?)`;
const pattern = new RegExp(
  `^P(?:${number}Y)?(?:${number}M)?(?:${number}W)?(?:${number}D)?(?:T(?:${number}H)?(?:${number}M)?(?:${number}S)?)?$`,
);

const secondsOf = {
  year: 31_536_000,
  month: 2_592_000,
  week: 604_800,
  day: 86_400,
  hour: 3600,
  minute: 60,
  second: 1,
} as const satisfies Record<(typeof durationUnits)[number], number>;
