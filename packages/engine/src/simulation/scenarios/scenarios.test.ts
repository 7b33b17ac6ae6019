import { expect, it } from 'vitest';
import { runCalls } from '../run-calls.ts';
import { subjectOf } from '../subject.ts';
import { scenarios } from './scenarios.ts';

it.each(scenarios)('$title', async ({ name }) => {
  const subject = subjectOf(name);
  if (subject === undefined) throw new Error(`There is no scenario ${name}.`);
  const { findings } = await runCalls(subject.scriptOf, { from: 1, count: 40 }, subject.check);
  expect(findings.slice(0, 3)).toEqual([]);
});
