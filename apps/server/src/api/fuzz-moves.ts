import { randomUUID } from 'node:crypto';
import type { Route } from '@parley/contract/api/route.ts';
import { apiRoutes } from '@parley/contract/api/routes.ts';
import { randomAgent } from '@parley/dialogue/testing/random-agent.ts';
import type { Random } from '@parley/engine/simulation/random.ts';
import fc from 'fast-check';
import { z } from 'zod';
import { hostileTexts, spoilt, valuesOf } from '../testing/hostile-input.ts';
import { type RequestParts, spoiltRequest, writeRequest } from '../testing/hostile-request.ts';
import type { RawAnswer, RawRequest } from '../testing/raw-request.ts';
import { definition, type Scene } from './fuzz-scene-fixtures.ts';
import { anyAddress, type OpenFuzzWorld } from './fuzz-world-fixtures.ts';

/** Where a move is made: something that a route would grant, and ways to ask for it. */
export interface Stage {
  readonly world: OpenFuzzWorld;
  readonly route: Route;
  readonly scene: Scene;
  readonly random: Random;
  draw<Value>(arbitrary: fc.Arbitrary<Value>): Value;
  /** Sends it, and notes what is not as documented. Undefined: there was no answer, or the client would not send it. */
  ask(route: Route, token: string | undefined, raw: RawRequest): Promise<RawAnswer | undefined>;
  /** Notes what should not have been answered. */
  wrong(what: string): void;
}

export type Move = (stage: Stage) => Promise<void>;

const isGranted = (answer: RawAnswer | undefined) => answer !== undefined && answer.status < 300;

/** One thing of it is not as it should be. */
const oneThingWrong: Move = async ({ route, scene, draw, ask }) => {
  await ask(route, scene.token, draw(spoiltRequest(route, scene)));
};

/** The same several times at once, while what it is about is deleted. */
const whileItIsDeleted: Move = async ({ route, scene, ask, world }) => {
  const deletion = apiRoutes.find(({ method, path }) => method === 'DELETE' && route.path.startsWith(path));
  const request = writeRequest(route, scene);
  await Promise.all([
    ask(route, scene.token, request),
    deletion !== undefined && ask(deletion, world.key, writeRequest(deletion, { params: scene.params })),
    ask(route, scene.token, request),
  ]);
  await ask(route, scene.token, request);
};

/** It, while another thing is done to the same. */
const whileItIsChanged: Move = async ({ route, scene, ask, random, draw, world }) => {
  const inside = route.path.split('}')[0] ?? route.path;
  const others = apiRoutes.filter(({ path }) => path.startsWith(inside) && scene.params !== undefined);
  const [first = route, ...rest] = others;
  const other = random.pick([first, ...rest]);
  const { body } = other.input.shape;
  const parts = { params: scene.params, body: body instanceof z.ZodType ? draw(valuesOf(body)) : undefined };
  await Promise.all([
    ask(route, scene.token, writeRequest(route, scene)),
    ask(other, world.key, writeRequest(other, parts)),
    ask(other, world.key, writeRequest(other, parts)),
  ]);
};

/** With a key that was used already: for the same, at once and afterwards, and for something else. */
const withAUsedKey: Move = async ({ route, scene, ask, draw, wrong }) => {
  if (route.isIdempotent !== true) return;
  // Keys of those who do not say who they are hold for their address.
  const headers = { 'idempotency-key': randomUUID(), 'x-forwarded-for': anyAddress() };
  const keyed = (parts: RequestParts) => {
    const request = writeRequest(route, parts);
    return { ...request, headers: { ...request.headers, ...headers } };
  };
  const [first, second] = await Promise.all([
    ask(route, scene.token, keyed(scene)),
    ask(route, scene.token, keyed(scene)),
  ]);
  const again = await ask(route, scene.token, keyed(scene));
  const granted = [first, second].find(isGranted);
  if (granted === undefined || again === undefined) return;
  if (again.status !== granted.status || again.body !== granted.body) {
    wrong(`a request sent again was answered otherwise\n${granted.body}\n${again.status} ${again.body}`);
  }
  if (scene.body === undefined) return;
  const other = draw(spoilt(scene.body));
  const answer = await ask(route, scene.token, keyed({ ...scene, body: other }));
  if (isGranted(answer) && JSON.stringify(other) !== JSON.stringify(scene.body)) {
    wrong(`a used key was taken for another request: ${JSON.stringify(other)}`);
  }
};

/** Two change the same state: one of them is too late. */
const fromAStateThatIsOver: Move = async ({ route, scene, ask, wrong }) => {
  if (route.etag !== 'write' || route.method === 'POST') return;
  const request = writeRequest(route, scene);
  const before = await ask(route, scene.token, request);
  if (before?.etag === undefined) return;
  const state = { ...request, headers: { ...request.headers, 'if-match': before.etag } };
  const answers = await Promise.all([ask(route, scene.token, state), ask(route, scene.token, state)]);
  const granted = answers.filter(isGranted);
  if (granted.length > 1 && granted.some((answer) => answer?.etag !== before.etag)) {
    wrong(`two changed the same state ${before.etag}`);
  }
};

/** Asked for by those to whom it is not granted, or whose it is not. */
const bySomebodyElse: Move = async ({ route, scene, ask, wrong, draw, random, world }) => {
  const request = random.chance(0.5) ? writeRequest(route, scene) : draw(spoiltRequest(route, scene));
  // A vendor's name is everybody's word: each organization means its own account by it.
  const isOfOne = Object.keys(scene.params ?? {}).some((name) => name !== 'provider');
  const other = await ask(route, world.otherAdminToken, request);
  if (isOfOne && isGranted(other)) wrong(`another organization was let in: ${request.path}`);
  const caller = await ask(route, world.otherCallerToken, request);
  if (isGranted(caller)) wrong(`the caller of another conversation was let in: ${request.path}`);
  await ask(route, world.viewerToken, request);
  await ask(route, undefined, request);
  if (scene.callerToken === undefined) return;
  const own = await ask(route, scene.callerToken, request);
  if (isGranted(own) && route.access.kind !== 'conversation') wrong(`a caller was let in: ${request.path}`);
};

const moves: readonly [Move, ...Move[]] = [
  oneThingWrong,
  oneThingWrong,
  oneThingWrong,
  oneThingWrong,
  whileItIsDeleted,
  whileItIsChanged,
  withAUsedKey,
  fromAStateThatIsOver,
  bySomebodyElse,
];

export const anyMove: Move = (stage) => stage.random.pick(moves)(stage);

/** An agent with something wrong in it, as far as it gets: saved, checked, published, spoken to. */
export const withABrokenAgent: Move = async ({ world: { key }, random, draw, ask }) => {
  const whole: unknown = random.chance(0.7) ? definition() : randomAgent(random);
  const broken = random.chance(0.8) ? draw(spoilt(whole)) : whole;
  const send = async (id: string, parts: RequestParts) => {
    const route = apiRoutes.find((known) => known.id === id);
    const answer = route === undefined ? undefined : await ask(route, key, writeRequest(route, parts));
    return isGranted(answer) ? z.record(z.string(), z.json()).parse(JSON.parse(answer?.body ?? '{}')) : undefined;
  };
  const flow = await send('create_flow', { body: { flow_name: randomUUID(), flow_definition: broken } });
  if (flow === undefined) return;
  const params = { flow_id: flow.flow_id };
  await send('validate_flow', { params });
  if ((await send('publish_flow', { params, body: {} })) === undefined) return;
  const context = { flow_id: flow.flow_id };
  await send('parse_text', { body: { text: draw(saying), language: 'en', context } });
  const session = await send('start_conversation', { body: { channel_type: 'api', flow_id: flow.flow_id } });
  for (let turn = 0; turn < 4 && session !== undefined; turn += 1) {
    const body = { input_type: 'text', text: draw(saying) };
    await send('process_input', { params: { conversation_id: session.session_id }, body });
  }
};

/** What callers say, and what nobody does. */
const saying = fc.oneof(
  fc.constantFrom(
    'book a table for two tomorrow at eight',
    'yes',
    'no',
    'my number is 020 7946 0958',
    '7',
    'help',
    'tot',
    'goodbye',
  ),
  fc.constantFrom(...hostileTexts.filter((text) => text.trim() !== '' && text.length < 4000)),
);
