/** The first of the deadlines that are set; undefined when none is. */
export function earliest(deadlines: readonly (number | undefined)[]): number | undefined {
  let first: number | undefined;
  for (const deadline of deadlines) {
    if (deadline !== undefined && (first === undefined || deadline < first)) first = deadline;
  }
  return first;
}
