import type { JsonObject } from '@parley/dialogue/tools/tool.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { openIntegration } from '../create-integration.ts';
import type { IntegrationInput } from '../definition.ts';
import {
  type Answer,
  type ApiServer,
  sendJson,
  startApiServer,
  testContext,
  testParts,
} from '../testing/api-server.ts';
import { readXml, writeXml } from './xml.ts';

let server: ApiServer;
afterEach(() => server?.close());

const common = { allowPrivateAddresses: true, retries: { maxAttempts: 2, initialDelayMs: 10, maxDelayMs: 10 } };

async function use(answer: Answer, definition: (url: string) => IntegrationInput, input: JsonObject = {}) {
  server = await startApiServer(answer);
  const parts = testParts();
  const opened = openIntegration(definition(`${server.url}/api`), parts);
  const [tool] = opened.tools;
  if (tool === undefined) throw new Error('No tool.');
  try {
    return await tool.run(input, testContext());
  } finally {
    await opened.close();
  }
}

describe('a GraphQL operation', () => {
  const query = 'query Room($id: ID!, $tags: [String!]) { room(id: $id, tags: $tags) { name } }';
  const definition = (baseUrl: string): IntegrationInput => ({
    id: 'rooms',
    kind: 'graphql',
    baseUrl,
    ...common,
    operations: [
      {
        name: 'room',
        description: 'A room.',
        query,
        parameters: [
          { type: 'text', name: 'id' },
          { type: 'texts', name: 'tags', required: false },
        ],
        variables: { id: '{{ input.id }}', tags: '{{ input.tags }}' },
        result: { type: 'value', path: '$.room.name' },
      },
    ],
  });

  it('sends its values as variables', async () => {
    const id = '1") { secret } #';
    const result = await use(
      (_request, response) => sendJson(response, { data: { room: { name: 'Sea' } } }),
      definition,
      { id },
    );
    expect(result).toBe('Sea');
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({ query, variables: { id } });
  });

  it.each([200, 400])('that has errors is a failure, with status %d too', async (status) => {
    const errors = [{ message: 'Unknown room of ann@example.com', path: ['room'], extensions: { code: 'NOT_FOUND' } }];
    const failure = use(
      (_request, response) => sendJson(response, { data: { room: null }, errors }, status),
      definition,
      { id: '1' },
    );
    await expect(failure).rejects.toMatchObject({
      code: 'graphql_failed',
      details: { field: 'room', reason: 'NOT_FOUND: Unknown room of [e-mail]', status },
    });
    expect(server.seen).toHaveLength(1);
  });

  it('is tried again when the server is in trouble', async () => {
    const answer: Answer = (_request, response, count) =>
      count === 1
        ? sendJson(response, { errors: [{ message: 'x' }] }, 502)
        : sendJson(response, { data: { room: { name: 'Sea' } } });
    expect(await use(answer, definition, { id: '1' })).toBe('Sea');
  });

  it('without data is not understood', async () => {
    await expect(use((_request, response) => sendJson(response, []), definition, { id: '1' })).rejects.toMatchObject({
      code: 'response_malformed',
    });
  });
});

describe('a SOAP operation', () => {
  const definition = (baseUrl: string): IntegrationInput => ({
    id: 'rates',
    kind: 'soap',
    baseUrl,
    ...common,
    operations: [
      {
        name: 'rate',
        description: 'A rate.',
        action: 'urn:rates#GetRate',
        namespace: 'urn:rates',
        element: 'GetRate',
        parameters: [{ type: 'text', name: 'city' }],
        body: { City: '{{ input.city }}', Rooms: { '@kind': '{{ input.city }}', Room: [1, 2] } },
        result: {
          type: 'list',
          path: '$.GetRateResponse.Rate[*]',
          fields: { code: { path: "$['@code']" }, amount: { path: "$['#text']" } },
        },
      },
    ],
  });
  const xml =
    (body: string, status = 200): Answer =>
    (_request, response) =>
      response
        .writeHead(status, { 'content-type': 'text/xml; charset=utf-8' })
        .end(
          `<?xml version="1.0"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>${body}</soap:Body></soap:Envelope>`,
        );

  it('is written with its values escaped, and read without prefixes', async () => {
    const city = '</City><Admin a="\'">&\r\nĐà Nẵng';
    const rates =
      '<r:GetRateResponse xmlns:r="urn:rates"><r:Rate code="007">1.50</r:Rate><r:Rate code="B&amp;B">2</r:Rate></r:GetRateResponse>';
    const result = await use(xml(rates), definition, { city });
    expect(result).toEqual([
      { code: '007', amount: '1.50' },
      { code: 'B&B', amount: '2' },
    ]);
    expect(server.seen[0]?.headers.soapaction).toBe('"urn:rates#GetRate"');
    expect(server.seen[0]?.body).toContain('<GetRate xmlns="urn:rates">');
    expect(readXml(server.seen[0]?.body ?? '')).toMatchObject({
      Envelope: {
        Body: { GetRate: { City: city, Rooms: { '@kind': city, Room: ['1', '2'] } } },
      },
    });
  });

  it('that faults says why, and is not tried again', async () => {
    const fault = '<soap:Fault><faultcode>soap:Client</faultcode><faultstring>No such city</faultstring></soap:Fault>';
    await expect(use(xml(fault, 500), definition, { city: 'x' })).rejects.toMatchObject({
      code: 'soap_fault',
      details: { reason: 'soap:Client: No such city', status: 500 },
    });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['entities', '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'],
    ['files', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'],
    ['what is no XML', '<a><b></a>'],
    ['nesting without end', `${'<a>'.repeat(20_000)}${'</a>'.repeat(20_000)}`],
  ])('does not read %s', async (_name, text) => {
    const answer: Answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/xml' }).end(text);
    await expect(use(answer, definition, { city: 'x' })).rejects.toMatchObject({ code: 'response_malformed' });
  });

  it('does not send what XML cannot hold', async () => {
    await expect(use(xml(''), definition, { city: 'a\u0000b' })).rejects.toMatchObject({
      code: 'value_invalid',
      details: { field: 'body' },
    });
    expect(() => writeXml('a><b', 'x')).toThrow('no name');
  });
});
