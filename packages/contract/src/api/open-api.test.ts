import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openApiDocument } from './open-api.ts';
import { isPermission, permissions, rolePermissions, roles } from './permissions.ts';
import { defineRoute } from './route.ts';
import { apiRoutes } from './routes.ts';

describe('the API as it is described', () => {
  test('is an OpenAPI 3.1 document', async () => {
    const result = await new Validator().validate(JSON.parse(JSON.stringify(openApiDocument(apiRoutes))));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  test('names each operation and each address once', () => {
    const ids = apiRoutes.map(({ id }) => id);
    expect(ids.length).toBe(new Set(ids).size);
    const addresses = apiRoutes.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
    expect(addresses.length).toBe(new Set(addresses).size);
  });

  test('says of every field what it is: no schema is left open by mistake', () => {
    const open = apiRoutes.filter(({ reply }) => 'schema' in reply && reply.schema instanceof z.ZodAny);
    expect(open.map(({ id }) => id)).toEqual([]);
  });

  test('keeps to its own manners: snake case on the wire, versions in the path', () => {
    for (const { id, path, input, method, isIdempotent, takesIdempotencyKey, etag } of apiRoutes) {
      expect(path, id).toMatch(/^\/(v1\/|\.well-known\/|metrics$)/);
      for (const part of Object.values(input.shape)) {
        if (!(part instanceof z.ZodObject)) continue;
        for (const name of Object.keys(part.shape)) expect(name, id).toMatch(/^[a-z][a-z0-9_]*$/);
      }
      if (isIdempotent === true || takesIdempotencyKey === true) expect(method, id).toBe('POST');
      expect(isIdempotent === true && takesIdempotencyKey === true, id).toBe(false);
      if (etag === 'write') expect(['PUT', 'PATCH', 'DELETE', 'POST'], id).toContain(method);
    }
  });
});

describe('a route', () => {
  const base = {
    id: 'get_thing',
    method: 'GET',
    path: '/v1/things/{thing_id}',
    tag: 'Things',
    summary: 'A thing',
    access: { kind: 'public' },
    reply: { status: 204 },
  } as const;

  test('says at load what would be a mistake in every use', () => {
    expect(() => defineRoute({ ...base, input: z.object({}) })).toThrow(/params/);
    const input = z.object({ params: z.object({ thing_id: z.string() }) });
    expect(() => defineRoute({ ...base, id: 'getThing', input })).toThrow(/snake case/);
    expect(() => defineRoute({ ...base, input: z.object({ ...input.shape, headers: z.object({}) }) })).toThrow(/body/);
    expect(() =>
      defineRoute({ ...base, input, access: { kind: 'conversation', permission: 'conversations:read' } }),
    ).toThrow(/conversation/);
  });
});

describe('permissions', () => {
  test('are all somebody’s, and roles have none that do not exist', () => {
    const given = new Set(roles.flatMap((role) => rolePermissions[role]));
    expect([...given].filter((name) => !isPermission(name))).toEqual([]);
    expect(Object.keys(permissions).filter((name) => isPermission(name) && !given.has(name))).toEqual([]);
  });

  test('that no route asks for are a mistake', () => {
    const asked = new Set(apiRoutes.flatMap(({ access }) => ('permission' in access ? [access.permission] : [])));
    expect(Object.keys(permissions).filter((name) => isPermission(name) && !asked.has(name))).toEqual([]);
  });
});
