import { request as httpRequest } from 'node:http';
import { defineRoute } from '@parley/contract/api/route.ts';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { installErrorHandling } from './errors.ts';
import { handle } from './handle.ts';
import type { IdempotentRequest } from './idempotency.ts';
import { installRoutes } from './install-routes.ts';

const large = defineRoute({
  id: 'send_much',
  method: 'POST',
  path: '/v1/much',
  tag: 'Tests',
  summary: 'Takes much',
  access: { kind: 'permission', permission: 'conversations:write' },
  input: z.object({ body: z.object({ text: z.string() }) }),
  reply: { status: 200, schema: z.object({ characters: z.int() }) },
  bodyLimitBytes: 6 * 1024 * 1024,
});

const open = defineRoute({
  id: 'open_one',
  method: 'POST',
  path: '/v1/ones',
  tag: 'Tests',
  summary: 'Opens one',
  access: { kind: 'public' },
  input: z.object({ body: z.object({}) }),
  reply: { status: 201, schema: z.object({}) },
  isIdempotent: true,
});

describe('every route', () => {
  let app: FastifyInstance;
  let url: URL;
  const asked: IdempotentRequest[] = [];
  beforeAll(async () => {
    app = Fastify({ trustProxy: true });
    installErrorHandling(app);
    installRoutes(
      app,
      [handle(large, async ({ body }) => ({ characters: body.text.length })), handle(open, async () => ({}))],
      {
        gate: {
          schemes: [
            {
              identify: async (_request, credential) =>
                credential === 'good'
                  ? {
                      actor: { kind: 'operator' },
                      organizationId: defaultOrganizationId,
                      permissions: new Set(['conversations:write']),
                    }
                  : undefined,
            },
          ],
          openConversation: () => Promise.reject(new Error('Nobody opens a conversation here.')),
          defaultOrganizationId,
        },
        idempotency: {
          begin: async (request) => {
            asked.push(request);
            return { kind: 'first' };
          },
          keep: async () => {},
          release: async () => {},
        },
        admit: async () => {},
      },
    );
    url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  });
  afterAll(() => app?.close());

  const send = (headers: Record<string, string>, payload: string) =>
    app.inject({
      method: 'POST',
      url: '/v1/much',
      headers: { 'content-type': 'application/json', ...headers },
      payload,
    });

  test('reads nothing of the body of somebody who may not ask', async () => {
    expect((await send({}, '{ no JSON')).json()).toMatchObject({ code: 'unauthorized' });
    expect((await send({ authorization: 'Bearer good' }, '{ no JSON')).json()).toMatchObject({ code: 'invalid_json' });
    expect((await send({ authorization: 'Bearer good' }, '{"text":"four"}')).json()).toEqual({ characters: 4 });
  });

  test('answers them before the body has come', async () => {
    const answered = Promise.withResolvers<number | undefined>();
    const request = httpRequest(
      new URL('/v1/much', url),
      { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': '5000000' } },
      (response) => {
        response.resume();
        answered.resolve(response.statusCode);
      },
    );
    request.on('error', answered.reject).setTimeout(2000, () => request.destroy(new Error('no answer')));
    // Some of it, and never the rest.
    request.write('{"text":"');
    const status = await answered.promise.finally(() => request.destroy());
    expect(status).toBe(401);
  });

  test('holds few large bodies at a time, and takes ordinary ones meanwhile', async () => {
    const answered = Promise.withResolvers<number | undefined>();
    const requests = Array.from({ length: 17 }, () => {
      const request = httpRequest(
        new URL('/v1/much', url),
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'content-length': '5000000',
            authorization: 'Bearer good',
          },
        },
        (response) => {
          response.resume();
          answered.resolve(response.statusCode);
        },
      );
      request.on('error', () => {}).setTimeout(3000, () => answered.reject(new Error('no answer')));
      // Some of it, and never the rest.
      request.write('{"text":"');
      return request;
    });
    try {
      expect(await answered.promise).toBe(503);
      const small = await send({ authorization: 'Bearer good' }, '{"text":"four"}');
      expect(small.json()).toEqual({ characters: 4 });
    } finally {
      for (const request of requests) request.destroy();
    }
    const large = () => send({ authorization: 'Bearer good' }, JSON.stringify({ text: 'x'.repeat(200_000) }));
    // As soon as those who left are known to have left.
    await expect.poll(async () => (await large()).statusCode, { timeout: 5000 }).toBe(200);
  });

  test('keeps answers to people who do not say who they are apart by where they ask from', async () => {
    for (const from of ['203.0.113.7', '198.51.100.9']) {
      const answer = await app.inject({
        method: 'POST',
        url: '/v1/ones',
        headers: { 'idempotency-key': '0000000000000001', 'x-forwarded-for': from },
        payload: {},
      });
      expect(answer.statusCode).toBe(201);
    }
    expect(new Set(asked.map(({ actor }) => actor)).size).toBe(2);
  });
});
