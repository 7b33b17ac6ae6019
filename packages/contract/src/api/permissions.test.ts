import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { isPermission, permissions, rolePermissions, roles } from './permissions.ts';

it('what docs/security.md says that each role may is what the server lets it', async () => {
  const page = await readFile(new URL('../../../../docs/security.md', import.meta.url), 'utf8');
  const table = page.split('\n').filter((line) => /^\| (?:permission|`[a-z_]+:[a-z]+`) \|/.test(line));
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const expected = [
    ['permission', 'what it allows', ...roles],
    ...Object.keys(permissions)
      .filter(isPermission)
      .map((name) => [
        `\`${name}\``,
        permissions[name],
        ...roles.map((role) => (rolePermissions[role].includes(name) ? '✓' : '')),
      ]),
  ];
  expect(table.map(cells)).toEqual(expected);
});
