import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeRunner } from '../flow/runner/parts.ts';
import type { CodeLimits } from './code-result.ts';
import { type CodeSandbox, createCodeSandbox } from './code-sandbox.ts';

let sandbox: CodeSandbox;
beforeAll(async () => {
  sandbox = await createCodeSandbox();
});
afterAll(() => sandbox.close());

const limits: CodeLimits = { deadlineMs: 100 };
const run = (source: string, input = {}, more: Partial<CodeLimits> = {}) =>
  sandbox.run(source, input, { ...limits, ...more });
const value = (source: string, input = {}, more: Partial<CodeLimits> = {}) => {
  const result = run(source, input, more);
  if (result.kind === 'failed') throw new Error(`${result.code}: ${result.message}`);
  return result.value;
};

describe('a code step computes', () => {
  it('for flows, whose port it is', () => {
    const runner: CodeRunner = sandbox;
    expect(runner.run('return input.a + 1', { a: 1 }, { deadlineMs: 100 })).toEqual({ kind: 'done', value: 2 });
  });

  it('JSON from JSON', () => {
    expect(
      value('return { total: input.prices.reduce((a, b) => a + b, 0), name: input.name }', {
        prices: [1.5, 2],
        name: 'Đỗ',
      }),
    ).toEqual({
      total: 3.5,
      name: 'Đỗ',
    });
    expect(value('const f = (n) => n < 2 ? n : f(n - 1) + f(n - 2);\nreturn f(15)')).toBe(610);
    expect(value('return null')).toBe(null);
  });

  it('with a clock that stands still in UTC, and random numbers that can be had again', () => {
    const nowEpochMs = Date.UTC(2026, 2, 4, 9, 30);
    expect(
      value(
        `const d = new Date(2026, 0, 2, 3); return [Date.now(), new Date().getHours(), new Date().toISOString(),
         d.toISOString(), new Date('2026-05-01T10:00').toISOString(), new Date('2026-05-01T10:00+02:00').toISOString(),
         new (new Date().constructor)().getTime(), d instanceof Date]`,
        {},
        { nowEpochMs },
      ),
    ).toEqual([
      nowEpochMs,
      9,
      '2026-03-04T09:30:00.000Z',
      '2026-01-02T03:00:00.000Z',
      '2026-05-01T10:00:00.000Z',
      '2026-05-01T08:00:00.000Z',
      nowEpochMs,
      true,
    ]);
    const draw = (seed: number) => value('return [Math.random(), Math.random()]', {}, { seed });
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(
      value(
        'const s = []; for (let i = 0; i < 1000; i++) s.push(Math.random()); return s.every((x) => x >= 0 && x < 1)',
      ),
    ).toBe(true);
  });

  it('afresh each time: nothing is left of the run before', () => {
    value('globalThis.kept = 1; Object.prototype.kept = 2; JSON.stringify = () => "{}"; return 1');
    expect(value('return [typeof kept, ({}).kept === undefined, JSON.stringify([1])]')).toEqual([
      'undefined',
      true,
      '[1]',
    ]);
    expect(Object.hasOwn(Object.prototype, 'kept')).toBe(false);
  });
});

describe('what is wrong with the code is said, with its line', () => {
  it.each([
    ['1 +\n\n * 3', 'syntax', 3],
    ['const a = 1;\nthrow new Error("no " + input.x)', 'threw', 2],
    ['\n\nreturn input.a.b', 'threw', 3],
    ['return JSON.parse("{")', 'threw', undefined],
    ['throw "plain"', 'threw', undefined],
    ['throw null', 'threw', undefined],
    ['throw { get message() { throw new Error("again") } }', 'threw', undefined],
    ['const f = () => f() + 1;\nreturn f()', 'threw', 1],
  ])('%s', (source, code, line) => {
    expect(run(source)).toMatchObject({ kind: 'failed', code, ...(line === undefined ? {} : { line }) });
  });

  it.each([
    ['const a = {}; a.a = a; return a', 'not_json'],
    ['return 1n', 'not_json'],
    ['', 'not_json'],
    ['return () => 1', 'not_json'],
    ['return (async () => 1)()', 'not_json'],
    ['return JSON.parse(\'{"__proto__": {"admin": true}}\')', 'not_json'],
    ['let a = 1; for (let i = 0; i < 60; i++) a = [a]; return a', 'not_json'],
    ['return "x".repeat(200000)', 'output_too_large'],
    ['return "đ".repeat(60000)', 'output_too_large'],
  ])('%s', (source, code) => {
    expect(run(source)).toMatchObject({ kind: 'failed', code });
  });
});

describe('code that means harm', () => {
  it('meets nothing of the host', () => {
    expect(
      value(`return [
        typeof process, typeof require, typeof fetch, typeof console, typeof setTimeout, typeof WebAssembly, typeof Atomics,
        typeof [].constructor.constructor('return this')().process,
        typeof (function () {}).constructor('return globalThis')().require,
        typeof (async () => {}).constructor('return 1'),
        Object.getOwnPropertyNames(globalThis).filter((name) => /parley|host|std|os$|bjson|script/i.test(name)).join(),
      ]`),
    ).toEqual([...Array(9).fill('undefined'), 'function', '']);
    expect(run('return import("fs")')).toMatchObject({ kind: 'failed' });
    expect(run('}); globalThis.process = 1; (function () { return typeof process').kind).toBe('done');
  });

  it.each([
    'for (;;);',
    'try { for (;;); } catch {} finally { for (;;); }',
    'return { toJSON() { for (;;); } }',
    'throw { get message() { for (;;); } }',
    'return /(a+)+$/.test("a".repeat(40) + "b")',
    'return /^(([a-z])+.)+[A-Z]([a-z])+$/.test("a".repeat(60))',
    'return new Proxy({}, { ownKeys() { for (;;); } })',
  ])('is stopped at its deadline: %s', (source) => {
    const startedMs = performance.now();
    expect(run(source)).toMatchObject({ kind: 'failed', code: 'deadline' });
    // A busy machine is slow to notice; without a deadline it would be a minute or for ever.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(value('return 1')).toBe(1);
  });

  // The engine cannot interrupt these: each would hold the process for a minute.
  it.each([
    'const s = "a".repeat(1e6); return s.indexOf("a".repeat(5e4) + "b")',
    'return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)',
    'const z = 2n ** 500000n - 1n; return String(z * z).length',
  ])('is ended with its thread when nothing else helps: %s', (source) => {
    const startedMs = performance.now();
    expect(run(source)).toMatchObject({ kind: 'failed', code: 'deadline' });
    // A busy machine is slow to notice; without a deadline it would be a minute or for ever.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(value('return 1')).toBe(1);
  });

  it.each([
    'const a = []; for (;;) a.push("x".repeat(10000) + a.length)',
    'return "x".repeat(1e9)',
    'return new Uint8Array(1e9).length',
    'const a = []; for (;;) a.push(new ArrayBuffer(1e6))',
  ])('gets no more memory than it may have: %s', (source) => {
    expect(run(source, {}, { deadlineMs: 2000 })).toMatchObject({ kind: 'failed', code: 'memory' });
    expect(value('return 1')).toBe(1);
  });

  it.each([
    'return JSON.parse("[".repeat(200000))',
    'let a = []; for (let i = 0; i < 100000; i++) a = [a]; return String(a)',
    'let a = []; for (let i = 0; i < 100000; i++) a = [a]; return a',
    'return new RegExp("(?:".repeat(50000) + ")".repeat(50000)).test("a")',
  ])('does not bring the engine down by nesting: %s', (source) => {
    expect(run(source, {}, { deadlineMs: 1000 }).kind).toBe('failed');
    expect(value('return [input.a]', { a: 'đ' })).toEqual(['đ']);
  });

  it('is not run once the sandbox is closed', async () => {
    const other = await createCodeSandbox();
    await other.close();
    expect(other.run('return 1', {}, limits)).toMatchObject({ kind: 'failed', code: 'unavailable' });
  });
});
