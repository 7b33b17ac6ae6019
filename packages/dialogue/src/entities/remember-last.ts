/**
 * The function with its last answers kept, for what is asked several times about the few texts of one turn: by every finder, in every
 * language, for every destination. Answers must not be changed by whoever gets them.
 */
export function rememberLast<Result>(find: (text: string) => Result): (text: string) => Result {
  const last = new Map<string, Result>();
  return (text) => {
    const known = last.get(text);
    if (known !== undefined) return known;
    const found = find(text);
    const oldest = last.keys().next();
    if (last.size >= kept && !oldest.done) last.delete(oldest.value);
    last.set(text, found);
    return found;
  };
}

/** What was said and what is answered, whole and in their parts. */
const kept = 8;
