import type { HttpIntegration } from '../definition.ts';
import type { Fail } from '../errors.ts';
import type { RestOperation } from '../operations.ts';
import { type Filling, fillingOf } from './filling.ts';
import type { HttpAsk, HttpKind } from './http-kind.ts';
import { readJson } from './json-answer.ts';

export function restKind(definition: HttpIntegration, operation: RestOperation): HttpKind {
  return {
    target: `${operation.method} ${operation.path}`,
    mayRepeat: operation.effect === 'reads' || operation.method === 'PUT' || operation.method === 'DELETE',
    errorCodes: operation.errorCodes,
    idempotencyHeader: operation.idempotencyHeader,
    ask(scope, fail) {
      const filling = fillingOf(scope, fail);
      return {
        method: operation.method,
        url: urlOf(definition, operation, filling, fail),
        ...bodyOf(operation, filling, fail),
      };
    },
    read(answer, fail) {
      if (answer.text === '') return null;
      if (answer.contentType === 'text/plain') return answer.text;
      return readJson(answer, fail);
    },
  };
}

function urlOf(definition: HttpIntegration, operation: RestOperation, filling: Filling, fail: Fail): URL {
  const base = new URL(definition.baseUrl);
  const root = base.pathname.replace(/\/+$/, '');
  const path = filling.text(operation.path, 'path', (text) => {
    // Of these, URLs make another path or another host.
    if (text === '' || text === '.' || text === '..')
      throw fail('value_invalid', 'A part of the path is empty or dots.', { field: 'path' });
    return encodeURIComponent(text);
  });
  const url = new URL(`${base.origin}${root}${path}`);
  if (url.origin !== base.origin || url.pathname !== `${root}${path}`)
    throw fail('value_invalid', 'The values make another path of it.', { field: 'path' });
  for (const [name, template] of Object.entries(operation.query)) {
    const value = filling.value(template, `query.${name}`);
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === undefined || item === null) continue;
      url.searchParams.append(name, typeof item === 'object' ? JSON.stringify(item) : String(item));
    }
  }
  return url;
}

function bodyOf(operation: RestOperation, filling: Filling, fail: Fail): Pick<HttpAsk, 'headers' | 'body'> {
  const headers: Record<string, string> = { accept: 'application/json' };
  for (const [name, template] of Object.entries(operation.headers)) {
    const value = filling.header(template, `headers.${name}`);
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  const { body } = operation;
  if (body.type === 'none') return { headers };
  if (body.type === 'json') {
    const json = filling.json(body.json, 'body');
    if (json === undefined) throw fail('value_missing', 'The body has no value.', { field: 'body' });
    return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(json) };
  }
  const form = new URLSearchParams();
  for (const [name, template] of Object.entries(body.fields)) {
    const value = filling.value(template, `body.${name}`);
    if (value !== undefined && value !== null)
      form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  return { headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: form.toString() };
}
