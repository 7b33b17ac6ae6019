/** What a text is as JSON; undefined for what is none, so that a schema refuses it like anything else that does not fit. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
