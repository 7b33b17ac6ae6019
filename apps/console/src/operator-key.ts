const STORAGE_KEY = 'parley.operator-key';

/** The parts of `window` that it needs. */
interface Page {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string };
  readonly history: { replaceState(state: unknown, unused: string, url: string): void };
  readonly sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
}

/**
 * The operator's key from the fragment `#key=…`, which never reaches a server's log. It is kept for this tab only and
 * taken out of the address bar, so that it is not shared with the link. Undefined when there is none.
 */
export function takeOperatorKey(page: Page): string | undefined {
  const key = new URLSearchParams(page.location.hash.slice(1)).get('key');
  if (key === null || key === '') return page.sessionStorage.getItem(STORAGE_KEY) ?? undefined;
  page.sessionStorage.setItem(STORAGE_KEY, key);
  page.history.replaceState(null, '', page.location.pathname + page.location.search);
  return key;
}
