import { WireError } from '@parley/contract/errors.ts';
import type { FastifyInstance } from 'fastify';

/** Flows, the deepest that anybody sends, have some twelve levels. */
const maxDepth = 64;

/**
 * Bodies of JSON: no deeper than anything of ours, no keys that reach into prototypes, no text that a database cannot hold (NUL, half a
 * surrogate pair).
 */
export function installJsonLimits(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = typeof body === 'string' ? body : body.toString('utf8');
    // Some clients name the type of a body that they do not send.
    if (text === '') return done(null, undefined);
    if (isDeeperThan(text, maxDepth)) return done(new WireError('invalid_request', { depth: `at most ${maxDepth}` }));
    parse(request, text, (error, value: unknown) => {
      if (error !== null) return done(new WireError('invalid_json'));
      // Both can only come as escapes: the text itself is UTF-8.
      const isSuspect = /\\u(0000|d[89a-f])/i.test(text) || text.includes('\0');
      if (isSuspect && !isStorable(value))
        return done(new WireError('invalid_request', { text: 'has a NUL or half a character' }));
      done(null, value);
    });
  });
}

/** Looked at before it is parsed: parsers recurse. */
function isDeeperThan(text: string, max: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isInString) {
      if (code === backslash) at += 1;
      else if (code === quote) isInString = false;
    } else if (code === quote) isInString = true;
    else if (code === brace || code === bracket) {
      depth += 1;
      if (depth > max) return true;
    } else if (code === closingBrace || code === closingBracket) depth -= 1;
  }
  return false;
}

const [quote, backslash, brace, closingBrace, bracket, closingBracket] = [34, 92, 123, 125, 91, 93];

/** Whether PostgreSQL takes every text in it, keys included. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorableText(key) && isStorable(inner));
}

function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
