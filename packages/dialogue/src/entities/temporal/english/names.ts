export function named(names: string, length: number): [string, number][] {
  return names.split(' ').flatMap((name, index): [string, number][] => [
    [name, index + 1],
    [name.slice(0, length), index + 1],
  ]);
}

export const weekdays = new Map([
  ...named('monday tuesday wednesday thursday friday saturday sunday', 3),
  ...named('mondays tuesdays wednesdays thursdays fridays saturdays sundays', 9),
  ['tues', 2] as const,
  ['thurs', 4] as const,
]);
