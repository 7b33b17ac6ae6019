import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fillDataFolder } from './data-template.ts';

const makeTimeoutMs = 150_000;

it(
  'gives each empty folder the same database, made once, and leaves alone what holds something',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-template-test-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const templates = join(folder, 'templates');
    const [one, two, used] = [join(folder, 'one'), join(folder, 'two'), join(folder, 'used')];

    // Both find none and make it: one of the two is kept.
    await Promise.all([fillDataFolder(one, templates), fillDataFolder(two, templates)]);
    expect(await readdir(templates)).toEqual(['data']);
    const kept = await stat(join(templates, 'data', 'postgres'));
    const password = await readFile(join(templates, 'data', 'secrets', 'postgres'), 'utf8');
    for (const path of [one, two]) {
      expect(await readFile(join(path, 'secrets', 'postgres'), 'utf8')).toBe(password);
      // PostgreSQL refuses data that is somebody else's, or that others may read.
      expect(await stat(join(path, 'postgres'))).toMatchObject({ uid: kept.uid, mode: kept.mode });
    }

    await mkdir(used);
    await writeFile(join(used, 'format.json'), '{}');
    await fillDataFolder(used, templates);
    expect(await readdir(used)).toEqual(['format.json']);
  },
  makeTimeoutMs,
);
