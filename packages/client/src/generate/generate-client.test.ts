import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { openApiDocument } from '@parley/contract/api/open-api.ts';
import { apiRoutes } from '@parley/contract/api/routes.ts';
import { expect, test } from 'vitest';
import { generateClient } from './generate-client.ts';
import { schemaToType } from './schema-to-type.ts';

test('the client in the repository is the one of the routes (else: npm run client)', () => {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const formatted = spawnSync(process.execPath, [biome, 'format', '--stdin-file-path=packages/client/src/api.ts'], {
    input: generateClient(openApiDocument(apiRoutes)),
    encoding: 'utf8',
  });
  expect(formatted.status).toBe(0);
  expect(readFileSync(new URL('../generated/api.ts', import.meta.url), 'utf8')).toBe(formatted.stdout);
});

test.each([
  [{ type: ['string', 'null'] }, 'string | null'],
  [{ enum: ['a', 'b'] }, '"a" | "b"'],
  [{ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'integer' }] } }, 'readonly (string | number)[]'],
  [{ type: 'array', items: { type: 'array', items: { type: 'boolean' } } }, 'readonly (readonly boolean[])[]'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, '{ readonly [name: string]: number }'],
  [{ type: 'object', properties: { 'x-y': {} }, required: ['x-y'] }, '{\n  readonly "x-y": unknown;\n}'],
  [{}, 'unknown'],
])('writes the schema %j as a type', (schema, type) => {
  expect(schemaToType(schema)).toBe(type);
});
