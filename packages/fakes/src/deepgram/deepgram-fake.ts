import type { Brain } from '../brain.ts';
import { type FakeVendor, fakeKey } from '../fake-vendor.ts';
import { startHttpFake } from '../http-fake.ts';
import type { FakeExchange } from '../wire/fake-exchange.ts';
import type { FakeHandshake, SocketAnswer } from '../wire/fake-socket.ts';
import { acceptAura, answerAura } from './aura-fake.ts';
import { isAuthorized, refusal, refusalBody } from './deepgram-answers.ts';
import { acceptFlux } from './flux-fake.ts';
import { acceptNova } from './nova-fake.ts';

export interface DeepgramFakeOptions {
  /** Without sound or a `KeepAlive` for this long `/v1/listen` is closed, as the vendor does. */
  readonly idleTimeoutMs: number;
  /** Without sound for this long `/v2/listen` is closed. The vendor takes pings for a sign of life too. */
  readonly fluxIdleTimeoutMs: number;
  /** Servers of one's own that are older than October 2026 close `/v1/listen` on `Configure`. */
  readonly takesConfigure: boolean;
  /** Silence that Flux takes for the end of a turn at its usual threshold; where the vendor has a model. */
  readonly fluxEndOfTurnMs: number;
}

export const deepgramFakeDefaults: DeepgramFakeOptions = {
  idleTimeoutMs: 10_000,
  fluxIdleTimeoutMs: 60_000,
  takesConfigure: true,
  // Longer than pauses within a sentence.
  fluxEndOfTurnMs: 600,
};

/** Deepgram: `/v1/listen`, `/v2/listen` and `/v1/speak`. */
export const deepgramFake: FakeVendor = createDeepgramFake();

export function createDeepgramFake(options: DeepgramFakeOptions = deepgramFakeDefaults): FakeVendor {
  return {
    name: 'deepgram',
    start: ({ port, brain }) =>
      startHttpFake({
        name: 'deepgram',
        port,
        routes: {
          socket: (handshake) => accept(handshake, brain, options),
          request: (exchange) => answer(exchange, brain),
          refusal: refusalBody,
        },
        environment: (url) => ({ DEEPGRAM_API_KEY: fakeKey, DEEPGRAM_BASE_URL: url }),
      }),
  };
}

function accept(handshake: FakeHandshake, brain: Brain, options: DeepgramFakeOptions): SocketAnswer {
  if (!isAuthorized(handshake.headers)) return { kind: 'refused', ...refusal(401, 'Invalid credentials.') };
  if (handshake.path === '/v1/listen') return acceptNova(handshake, brain, options);
  if (handshake.path === '/v2/listen') return acceptFlux(handshake, brain, options);
  if (handshake.path === '/v1/speak') return acceptAura(handshake, brain);
  return { kind: 'refused', ...refusal(404, 'Not found.') };
}

async function answer(exchange: FakeExchange, brain: Brain): Promise<void> {
  const { request, json } = exchange;
  if (!isAuthorized(request.headers)) json(401, refusalBody(401));
  else if (request.path === '/v1/speak') await answerAura(exchange, brain);
  else json(404, { err_code: 'NOT_FOUND', err_msg: 'Not found.' });
}
