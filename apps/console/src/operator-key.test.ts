import { expect, test } from 'vitest';
import { takeOperatorKey } from './operator-key.ts';

test('the key leaves the address bar and is still known when the page is loaded again', () => {
  const page = fakePage('#key=secret-1');
  expect(takeOperatorKey(page)).toBe('secret-1');
  expect(page.shownUrl).toBe('/talk?x=1');
  expect(takeOperatorKey({ ...page, location: { ...page.location, hash: '' } })).toBe('secret-1');
});

test('without a key nothing is stored and the address stays as it is', () => {
  const page = fakePage('#elsewhere');
  expect(takeOperatorKey(page)).toBeUndefined();
  expect(page.stored.size).toBe(0);
  expect(page.shownUrl).toBeUndefined();
});

function fakePage(hash: string) {
  const stored = new Map<string, string>();
  const page = {
    stored,
    shownUrl: undefined as string | undefined,
    location: { hash, pathname: '/talk', search: '?x=1' },
    history: {
      replaceState: (_state: unknown, _unused: string, url: string) => {
        page.shownUrl = url;
      },
    },
    sessionStorage: {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
    },
  };
  return page;
}
