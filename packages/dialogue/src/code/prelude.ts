/**
 * What is run in a fresh context before a user's code: a `Date` that stands still, in UTC, a `Math.random` that starts from a
 * seed, and no more. Its value is the function that runs the code and writes its result.
 */
export function prelude(nowEpochMs: number, seed: number): string {
  return `(${setUp})(${Number(nowEpochMs)}, ${Math.trunc(seed)})`;
}

/** JavaScript of the sandbox, not of this process: kept as text so that no build step can tie it to the host. */
const setUp = `function (now, seed) {
  'use strict';
  const { parse, stringify } = JSON;
  const { construct, apply } = Reflect;
  const RealDate = Date;
  const RealPromise = Promise;
  const { UTC, prototype } = RealDate;
  const parseDate = RealDate.parse;
  const test = RegExp.prototype.exec;
  const local = /^[+-]?\\d{4,6}-\\d\\d-\\d\\dT[\\d:.]+$/;
  const asUtc = (text) => (apply(test, local, [text]) ? text + 'Z' : text);

  function Still(...parts) {
    if (new.target === undefined) return construct(RealDate, [now]).toISOString();
    const [first] = parts;
    const given =
      parts.length === 0 ? [now]
      : parts.length > 1 ? [apply(UTC, undefined, parts)]
      : [typeof first === 'string' ? parseDate(asUtc(first)) : first];
    return construct(RealDate, given, new.target);
  }
  Object.defineProperty(Still, 'name', { value: 'Date' });
  Still.now = () => now;
  Still.UTC = UTC;
  Still.parse = (text) => parseDate(asUtc(String(text)));
  Still.prototype = prototype;
  for (const part of ['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds']) {
    prototype['get' + part] = prototype['getUTC' + part];
    if (part !== 'Day') prototype['set' + part] = prototype['setUTC' + part];
  }
  prototype.getTimezoneOffset = () => 0;
  for (const name of ['toString', 'toDateString', 'toTimeString', 'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'])
    prototype[name] = prototype.toUTCString;
  Object.defineProperty(prototype, 'constructor', { value: Still });
  globalThis.Date = Still;

  let state = seed | 0;
  Math.random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };

  return function (code, inputText) {
    const value = code(parse(inputText));
    if (value instanceof RealPromise) return true;
    return (function parleyWriteResult() { return stringify(value); })();
  };
}`;
