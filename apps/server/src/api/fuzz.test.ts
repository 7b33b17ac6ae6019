import { Agent } from 'node:http';
import type { Route } from '@parley/contract/api/route.ts';
import { apiRoutes } from '@parley/contract/api/routes.ts';
import { type ErrorCode, errorBodySchema, errorCatalogue } from '@parley/contract/errors.ts';
import { createRandom } from '@parley/engine/simulation/random.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostileTexts, hostileValue } from '../testing/hostile-input.ts';
import { requestOf, writeRequest } from '../testing/hostile-request.ts';
import { type RawAnswer, type RawRequest, sendRaw } from '../testing/raw-request.ts';
import { anyMove, type Move, type Stage, withABrokenAgent } from './fuzz-moves.ts';
import { makeScene, neverTaken, type Scene } from './fuzz-scene-fixtures.ts';
import { anyAddress, type OpenFuzzWorld, openFuzzWorld } from './fuzz-world-fixtures.ts';

/** How long requests are sent for: `FUZZ_SECONDS=600 vitest run …/fuzz.test.ts` for a night's run. */
const runMs = Number(process.env.FUZZ_SECONDS ?? 15) * 1000;
/** The same each time, so that whoever changes something finds what they changed; a night's run takes another one. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_121);
/** A route that waits for an agent's answer takes a few seconds on a busy machine; none takes this long. */
const hangMs = 15_000;
const atOnce = 4;
/** Of each route in each round: by its schema alone, by what it would grant. */
const bySchema = 3;
const byScene = 3;
/** Of what is asked for; the rest was asked for before, and may be gone. To make one takes some requests of its own. */
const freshShare = 0.3;
/** What may be unavailable in a server that is asked everything at once. */
const alwaysDocumented: readonly ErrorCode[] = [
  'overloaded',
  'shutting_down',
  'too_many_conversations',
  'speech_unavailable',
];

/** What no client may ever see: places in this program, and the words of PostgreSQL and its library. */
const leaks =
  /\n\s+at |node_modules|file:\/\/\/[^e]|\.ts:\d+|violates (?:unique|foreign|check|not-null)|relation "|column "|invalid input syntax|invalid byte sequence|syntax error at|unterminated|DrizzleQuery|ECONN|PostgresError/;

let world: OpenFuzzWorld;
const agent = new Agent({ keepAlive: true, maxSockets: atOnce * 3 });

beforeAll(async () => {
  world = await openFuzzWorld();
}, 120_000);

afterAll(async () => {
  agent.destroy();
  await world?.close();
});

/** What was answered with, by the name of its field: ids to ask for in paths. */
const learned = new Map<string, string[]>();
const failures = new Map<string, string>();
const statuses = new Map<number, number>();
const taken = new Set<string>();
let sent = 0;

it('grants one request of every route', { timeout: 120_000 }, async () => {
  const refused: string[] = [];
  for (const route of apiRoutes) {
    const scene = await makeScene(route, world);
    const answer = await ask(route, scene.token, writeRequest(route, scene));
    // That one is here must have a reason, and a reason must be why one is here.
    if ((answer !== undefined && answer.status < 300) !== (neverTaken[route.id] === undefined)) {
      refused.push(`${route.id}: ${answer?.status} ${answer?.body.slice(0, 300)}`);
    }
  }
  expect(refused.join('\n')).toBe('');
  expect(apiRoutes.filter(({ id }) => !taken.has(id)).map(({ id }) => id)).toEqual(Object.keys(neverTaken));
});

it('answers every request of every route with what is documented, however hostile', {
  timeout: runMs + 120_000,
}, async () => {
  process.stdout.write(`Hostile input by seed ${seed} for ${runMs / 1000} s (FUZZ_SEED, FUZZ_SECONDS).\n`);
  const requestsOf = new Map(
    apiRoutes.map((route) => [route.id, requestOf(route, (name) => learned.get(name) ?? [])] as const),
  );
  const scenes = new Map<string, Scene>();
  const untaken = new Map<string, string>();

  const play = async (route: Route, move: Move, name: string): Promise<void> => {
    const random = createRandom(`${seed}/${name}`);
    const draw: Stage['draw'] = (arbitrary) => {
      for (const value of fc.sample(arbitrary, { seed: random.int(0, 2 ** 31 - 1), numRuns: 1 })) return value;
      throw new Error('Nothing was drawn.');
    };
    let scene = scenes.get(route.id);
    if (scene === undefined || random.chance(freshShare)) {
      try {
        scene = await makeScene(route, world);
        scenes.set(route.id, scene);
      } catch (error) {
        untaken.set(route.id, String(error));
        return;
      }
    }
    const wrong = (what: string) => note(route, what);
    await move({ world, route, scene, random, draw, ask, wrong });
  };

  const deadlineMs = performance.now() + runMs;
  let rounds = 0;
  for (; performance.now() < deadlineMs; rounds += 1) {
    const round = rounds;
    await world.tidy();
    const askers = [undefined, world.adminToken(), world.key];
    const todo = apiRoutes.flatMap((route, at) => {
      const arbitrary = requestsOf.get(route.id);
      if (arbitrary === undefined) return [];
      const random = fc.sample(arbitrary, { seed: seed + round * 1000 + at, numRuns: bySchema });
      return [
        ...random.map((raw, nth) => async () => {
          await ask(route, askers[(nth + round) % askers.length], raw);
        }),
        ...Array.from({ length: byScene }, (_, nth) => () => play(route, anyMove, `${round}/${route.id}/${nth}`)),
        ...(at % 10 === 0 ? [() => play(route, withABrokenAgent, `${round}/agent/${at}`)] : []),
      ];
    });
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let next = todo.pop(); next !== undefined && performance.now() < deadlineMs; next = todo.pop()) {
          await next();
        }
      }),
    );
  }

  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  process.stdout.write(`${sent} requests to ${apiRoutes.length} routes, ${rounds} rounds; ${counts.join(', ')}\n`);
  for (const [id, why] of untaken) process.stdout.write(`Could not be set up at least once: ${id}: ${why}\n`);
  // What others did meanwhile may keep something from being made; the server must not fail at it.
  for (const [id, why] of untaken)
    if (/"code":"internal_error"|no answer|Timeout/.test(why)) failures.set(`${id} set up`, why);
  expect([...failures].map(([kind, problem]) => `${kind}\n${problem}`).join('\n\n')).toBe('');
  expect((await sendRaw(world.url, agent, { method: 'GET', path: '/health', headers: {} }, hangMs)).status).toBe(200);
});

it('knows what is hostile', () => {
  expect(hostileTexts.length).toBeGreaterThan(40);
  expect(fc.sample(hostileValue, { seed: 1, numRuns: 50 }).length).toBe(50);
});

async function ask(route: Route, token: string | undefined, raw: RawRequest): Promise<RawAnswer | undefined> {
  const headers = {
    'x-forwarded-for': anyAddress(),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...raw.headers,
  };
  sent += 1;
  try {
    const answer = await sendRaw(world.url, agent, { ...raw, headers }, hangMs);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    if (answer.status < 300) {
      learn(answer);
      taken.add(route.id);
      // One conversation at once, for one, would keep all others from what they are to be asked.
      if (route.id === 'update_organization') await world.liftLimits();
    }
    const wrong = problemOf(route, raw, answer);
    if (wrong !== undefined)
      note(route, `${wrong}\n  ${shown(raw)}\n  → ${answer.status} ${answer.body.slice(0, 500)}`);
    return answer;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!isOurOwn(error)) note(route, `${error.message}\n  ${shown(raw)}`);
    return undefined;
  }
}

function shown({ method, path, headers, body }: RawRequest): string {
  const text = String(body ?? '');
  return `${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 300)} ${text.slice(0, 2000)}`;
}

/** The first of each kind. */
function note(route: Route, problem: string): void {
  const kind = `${route.id}: ${problem.split('\n', 1)[0]?.slice(0, 80)}`;
  if (!failures.has(kind)) failures.set(kind, problem);
}

function problemOf(route: Route, raw: RawRequest, { status, contentType, body }: RawAnswer): string | undefined {
  if (status >= 400) {
    const read = errorBodySchema.safeParse(parseJson(body));
    if (!read.success) return raw.method === 'HEAD' ? undefined : `${status} without an error body`;
    if (leaks.test(body)) return `${status} tells of the inside`;
    const code = Object.keys(errorCatalogue).find((known): known is ErrorCode => known === read.data.code);
    if (code === undefined) return `${status} with the unknown code ${read.data.code}`;
    if (errorCatalogue[code].status !== status) return `${status} with the code ${code}`;
    const isDocumented = alwaysDocumented.includes(code) || (route.errors ?? []).includes(code);
    return status >= 500 && !isDocumented ? `${status} ${code}` : undefined;
  }
  if (status !== route.reply.status && !(status === 206 && 'mediaType' in route.reply)) {
    return status === 304 || 'mediaType' in route.reply ? undefined : `${status} in place of ${route.reply.status}`;
  }
  if (!('schema' in route.reply)) return undefined;
  if (!contentType.startsWith('application/json')) return `${status} as ${contentType}`;
  // Some schemas read what they wrote otherwise (dates, ids): what matters is that it is JSON of the documented form.
  const read = route.reply.schema.safeParse(parseJson(body));
  return read.success ? undefined : `${status} is not of the documented form`;
}

const idPattern = /"(\w+_id)":"([\w-]{8,64})"/g;

function learn({ body }: RawAnswer): void {
  for (const [, name = '', id = ''] of body.slice(0, 20_000).matchAll(idPattern)) {
    // The one who asks must stay who it is.
    if (world.own.has(id)) continue;
    // Paths say conversation_id where answers say session_id.
    for (const known of name === 'session_id' ? [name, 'conversation_id'] : [name]) {
      const ids = learned.get(known) ?? [];
      if (!ids.includes(id)) learned.set(known, [...ids, id].slice(-50));
    }
  }
}

/** Node's own client refuses to send some headers and paths; and a server may close while a body that it refused still comes. */
function isOurOwn(error: Error): boolean {
  return (
    'code' in error &&
    ['ERR_INVALID_CHAR', 'ERR_UNESCAPED_CHARACTERS', 'EPIPE', 'ECONNRESET'].includes(String(error.code))
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
