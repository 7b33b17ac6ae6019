import { createHash } from 'node:crypto';
import { closeAll } from '@parley/engine/fallback/close-all.ts';
import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { contextOf } from '../provider/guarded-account.ts';
import type { EngineContext } from '../provider/provider.ts';
import type { Accounts } from '../registry.ts';
import { SpeechError } from '../speech-error.ts';
import type { EngineDirectory, EngineMakers, SpeechKind } from './engine-directory.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import type { PlannedEngine } from './plan.ts';
import {
  createPooledRecognizer,
  createPooledVoice,
  type PooledEngine,
  type PooledEngineParts,
  type PooledRecognizer,
  type PooledVoice,
} from './pooled-engine.ts';
import type { SpeechRouterOptions } from './router-options.ts';

export interface EnginePoolParts {
  readonly engines: EngineDirectory & EngineMakers;
  readonly context: EngineContext;
  readonly options: SpeechRouterOptions;
  /** The server's own engines as people write them, and the accounts that they use: these stay open. */
  readonly server: { readonly ids: ReadonlySet<string>; readonly accounts: Accounts };
}

/** Whose account, and how much of it may be used at once. */
export interface AccountUse {
  readonly accounts: Accounts;
  /** By provider; left out: the options'. */
  readonly limits?: Readonly<Record<string, number>> | undefined;
}

/** Engines by account, name and options. An engine is the same one for all conversations that name it alike. */
export interface EnginePool {
  /** @throws SpeechError `account_missing`, `too_many_engines` */
  recognizer(planned: PlannedEngine, use: AccountUse): PooledRecognizer;
  /** @throws SpeechError `account_missing`, `too_many_engines` */
  voice(planned: PlannedEngine, use: AccountUse): PooledVoice;
  readonly all: readonly PooledEngine<unknown>[];
  /** Closes all parts. Never rejects. */
  close(): Promise<void>;
}

export function createEnginePool({ engines, context, options, server }: EnginePoolParts): EnginePool {
  const { clock, onError } = context;
  /** Least recently asked for first. */
  const entries = new Map<string, PooledEngine<Recognizer | Synthesizer>>();
  const recognizers = new Map<string, PooledRecognizer>();
  const voices = new Map<string, PooledVoice>();
  /** With a part that must be closed, also when it was pushed out of the pool meanwhile. */
  const open = new Set<PooledEngine<Recognizer | Synthesizer>>();
  const limiters = new Map<string, Limiter>();
  const keyOf = createAccountKeys();
  /** A tenant who enters what the server has itself gets no engine that connects to anywhere. */
  const accountKey = (account: unknown) => (contextOf(account, context) === context ? '' : 'guarded ') + keyOf(account);
  /** A conversation asks for the same engine ten times a sentence. */
  const lastFound = new WeakMap<PlannedEngine, AccountUse & { readonly kind: SpeechKind; readonly key: string }>();
  let cancelSweep: (() => void) | undefined;
  let isClosed = false;

  const closeParts = (closing: readonly PooledEngine<Recognizer | Synthesizer>[]) => {
    const parts = closing.flatMap((engine) => {
      open.delete(engine);
      const part = engine.drop();
      return part === undefined ? [] : [part];
    });
    return closeAll(parts, clock, options.recognition.closeTimeoutMs, (error) => onError(error, 'closing an engine'));
  };

  const sweep = () => {
    cancelSweep = undefined;
    const idleBeforeMs = clock.nowMs() - options.idleMs;
    const idle = [...open].filter(
      ({ isKept, inUse, idleSinceMs }) => !isKept && inUse === 0 && idleSinceMs <= idleBeforeMs,
    );
    void closeParts(idle);
    armSweep();
  };
  const armSweep = () => {
    if (isClosed || cancelSweep !== undefined || [...open].every(({ isKept }) => isKept)) return;
    cancelSweep = clock.wakeAt(clock.nowMs() + options.idleMs / 2, sweep);
  };

  const makeRoom = () => {
    if (entries.size < options.maxEngines) return;
    const entry = [...entries].find(([, { isKept, inUse }]) => !isKept && inUse === 0);
    if (entry === undefined) throw new SpeechError('too_many_engines');
    const [key, engine] = entry;
    entries.delete(key);
    recognizers.delete(key);
    voices.delete(key);
    void closeParts([engine]);
  };

  const limiterFor = (kind: SpeechKind, account: string, provider: string, max: number | undefined): Limiter => {
    const key = `${kind} ${provider} ${account}`;
    const known = limiters.get(key);
    if (known !== undefined) {
      known.resize(max ?? options.limiter.max);
      return known;
    }
    // No more than there are engines; one that nobody uses says nothing.
    for (const [one, { active, waiting }] of limiters) {
      if (limiters.size < options.maxEngines) break;
      if (active === 0 && waiting === 0) limiters.delete(one);
    }
    const limiter = createLimiter(clock, { ...options.limiter, ...(max !== undefined && { max }) });
    limiters.set(key, limiter);
    return limiter;
  };

  const touch = <Pooled extends PooledEngine<Recognizer | Synthesizer>>(pooled: Pooled): Pooled => {
    entries.delete(pooled.key);
    entries.set(pooled.key, pooled);
    return pooled;
  };

  const find = <Part extends Recognizer | Synthesizer, Pooled extends PooledEngine<Part>>(
    kind: SpeechKind,
    planned: PlannedEngine,
    use: AccountUse,
    known: Map<string, Pooled>,
    make: () => Part,
    create: (parts: PooledEngineParts<Part>) => Pooled,
  ): Pooled => {
    const last = lastFound.get(planned);
    const isSameUse = last?.kind === kind && last.accounts === use.accounts && last.limits === use.limits;
    const foundAgain = isSameUse ? known.get(last.key) : undefined;
    if (foundAgain !== undefined) return touch(foundAgain);
    const { id, choice, provider } = planned;
    const { accounts, limits } = use;
    const account = accountKey(engines.accountFor(kind, choice.name, accounts));
    const key = `${kind} ${account} ${id}`;
    const limiter = limiterFor(kind, account, provider, limits?.[provider]);
    lastFound.set(planned, { kind, accounts, limits, key });
    const found = known.get(key);
    if (found !== undefined) return touch(found);
    makeRoom();
    const isServers =
      server.ids.has(id) && Object.hasOwn(server.accounts, provider)
        ? accountKey(server.accounts[provider]) === account
        : server.ids.has(id) && !Object.hasOwn(accounts, provider);
    const pooled = create({
      kind,
      id,
      key,
      provider,
      isKept: isServers,
      limiter,
      make() {
        if (isClosed) throw new SpeechError('router_closed');
        return make();
      },
      onMade() {
        open.add(pooled);
        armSweep();
      },
      clock,
      options,
      onError,
    });
    entries.set(key, pooled);
    known.set(key, pooled);
    return pooled;
  };

  return {
    recognizer: (planned, use) =>
      find(
        'recognizer',
        planned,
        use,
        recognizers,
        () => engines.createRecognizer(planned.choice, use.accounts, context),
        createPooledRecognizer,
      ),
    voice: (planned, use) =>
      find(
        'synthesizer',
        planned,
        use,
        voices,
        () => engines.createSynthesizer(planned.choice, use.accounts, context),
        createPooledVoice,
      ),
    get all() {
      return [...entries.values()];
    },
    close() {
      isClosed = true;
      cancelSweep?.();
      return closeParts([...open]);
    },
  };
}

/** Tells accounts apart without keeping what is in them. */
function createAccountKeys(): (account: unknown) => string {
  const known = new WeakMap<object, string>();
  const keyOf = (account: unknown) =>
    createHash('sha256')
      .update(JSON.stringify(account) ?? '')
      .digest('base64url')
      .slice(0, 22);
  return (account) => {
    if (typeof account !== 'object' || account === null) return keyOf(account);
    const key = known.get(account) ?? keyOf(account);
    known.set(account, key);
    return key;
  };
}
