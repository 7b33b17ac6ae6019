import { randomUUID } from 'node:crypto';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { EngineContext } from '@parley/speech/provider/provider.ts';
import {
  createLanguageModel,
  type EngineChoice,
  type EngineKind,
  listEngines,
  parseEngineChoice,
} from '@parley/speech/registry.ts';
import { TrialFailure } from '@parley/speech/trial/trial.ts';
import { tryLanguageModel } from '@parley/speech/trial/try-language-model.ts';
import { tryRecognizer, trySynthesizer } from '@parley/speech/trial/try-speech.ts';
import { configuredModels } from '../agents/language-models.ts';
import { checkUdpPort } from '../composition/listen.ts';
import type { Config } from '../config.ts';
import { createOidcClient } from '../identity/oidc-client.ts';
import { createBlobStore } from '../recordings/create-recordings.ts';
import { openRedis } from '../redis/redis.ts';
import { readDatabaseFacts } from '../storage/database-facts-repository.ts';
import type { Check } from './check.ts';
import { sipChecks } from './sip-checks.ts';
import { twilioChecks } from './twilio-check.ts';

/** A check for each part that the settings name, and for every engine of each provider that there is an account with. */
export function checksOf(config: Config): readonly Check[] {
  // What parts get over by themselves shows in what comes of them.
  const context: EngineContext = { clock: createSystemClock(), onError: () => {} };
  return [
    ...databaseChecks(config),
    ...redisChecks(config),
    ...fileChecks(config),
    ...channelChecks(config),
    ...sipChecks(config),
    ...twilioChecks(config),
    ...signInChecks(config),
    ...telemetryChecks(config),
    ...enginesOf(config, 'recognizer').map(
      (choice): Check => ({
        kind: 'recogniser',
        part: choice.name,
        run: (signal) => tryRecognizer(choice, config.accounts, context, signal),
      }),
    ),
    ...enginesOf(config, 'synthesizer').map(
      (choice): Check => ({
        kind: 'voice',
        part: choice.name,
        run: (signal) => trySynthesizer(choice, config.accounts, context, signal),
      }),
    ),
    ...modelChecks(config, context),
  ];
}

/**
 * Engines that were chosen, with their options; and the others of providers that were given an account, as far as they need no more
 * than that.
 */
function enginesOf(config: Config, kind: 'recognizer' | 'synthesizer'): readonly EngineChoice[] {
  const chosen = (kind === 'recognizer' ? config.recognizers : config.synthesizers).map(parseEngineChoice);
  return [...chosen, ...othersWithAccount(config, kind, new Set(chosen.map(({ name }) => name)))];
}

function modelChecks(config: Config, context: EngineContext): readonly Check[] {
  const chosen = configuredModels(config);
  const others = othersWithAccount(config, 'languageModel', new Set(chosen.map(({ name }) => name)));
  return [
    ...chosen.map(({ id, create }) => ({ part: id, create: () => create(context) })),
    ...others.map((choice) => ({
      part: choice.name,
      create: () => createLanguageModel(choice, config.accounts, context),
    })),
  ].map(({ part, create }) => ({
    kind: 'language model',
    part,
    run: async (signal) => tryLanguageModel(create(), signal),
  }));
}

function othersWithAccount(config: Config, kind: EngineKind, chosen: ReadonlySet<string>): readonly EngineChoice[] {
  return listEngines(kind)
    .filter(
      ({ name, provider, engine }) =>
        !chosen.has(name) &&
        // Those that need no account are there for whoever chooses them.
        provider.accountOf({}) === undefined &&
        Object.hasOwn(config.accounts, provider.name) &&
        engine.options.safeParse({}).success,
    )
    .map(({ name }) => ({ name }));
}

function databaseChecks({ database: { url } }: Config): readonly Check[] {
  if (url === undefined) return [];
  return [
    {
      kind: 'database',
      part: 'DATABASE_URL',
      async run() {
        const { version, hasTables } = await reached(() => readDatabaseFacts({ connectionString: url }));
        if (Number.parseInt(version, 10) < oldestPostgres) {
          throw new TrialFailure(`It is PostgreSQL ${version}.`, `Take ${oldestPostgres} or newer.`);
        }
        return { version, detail: hasTables ? 'tables are there' : 'tables come with the first start' };
      },
    },
  ];
}

const oldestPostgres = 15;

function redisChecks({ redis: { url, keyPrefix } }: Config): readonly Check[] {
  if (url === undefined) return [];
  return [
    {
      kind: 'cache',
      part: 'REDIS_URL',
      async run() {
        let lastError: unknown;
        const redis = await openRedis({ url, keyPrefix }, (error) => {
          lastError = error;
        });
        try {
          return await reached(async () => {
            // Why it is away says more than that it is.
            if (redis.state !== 'ready' && lastError !== undefined) throw lastError;
            const startedMs = performance.now();
            await redis.ping();
            const latencyMs = performance.now() - startedMs;
            const version = /redis_version:(\S+)/.exec(await redis.run((client) => client.info('server')))?.[1];
            return { latencyMs, ...(version !== undefined && { version }) };
          });
        } finally {
          await redis.close();
        }
      },
    },
  ];
}

/** Writes, reads and deletes a blob where recordings go. */
function fileChecks({ recordings: { store }, dataDir }: Config): readonly Check[] {
  if (store.kind === 'off') return [];
  return [
    {
      kind: 'files',
      part: `RECORDINGS=${store.kind}`,
      async run(signal) {
        const blobs = createBlobStore(store, dataDir);
        const name = `verify/${randomUUID()}`;
        const bytes = Buffer.from('Written to see whether recordings can be kept here.');
        await blobs.put(name, bytes, signal);
        try {
          const read = await blobs.read(name, 0, bytes.length, signal);
          if (!read.equals(bytes))
            throw new TrialFailure('What was read is not what was written.', 'Look into the store.');
        } finally {
          await blobs.remove([name], signal);
        }
        return { detail: 'written, read, deleted' };
      },
    },
  ];
}

function channelChecks({ webrtcPort, port }: Config): readonly Check[] {
  return [
    {
      kind: 'channel',
      part: `WEBRTC_PORT=${webrtcPort}`,
      async run() {
        try {
          await checkUdpPort(webrtcPort);
          return { detail: 'free for calls from browsers' };
        } catch (error) {
          // A server that runs has it.
          if (await answersOn(port)) return { detail: `taken, and a server answers on port ${port}` };
          throw error;
        }
      },
    },
  ];
}

async function answersOn(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

function signInChecks({ identity: { oidc } }: Config): readonly Check[] {
  if (oidc === undefined) return [];
  return [
    {
      kind: 'sign-in',
      part: 'OIDC_ISSUER',
      async run() {
        const { url } = await reached(() => createOidcClient(oidc).begin('http://localhost/auth/oidc/callback'));
        return { detail: url.host };
      },
    },
  ];
}

function telemetryChecks({ telemetry: { tracing } }: Config): readonly Check[] {
  if (tracing === undefined) return [];
  return [
    {
      kind: 'telemetry',
      part: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      async run(signal) {
        // An export without a span is taken, and changes nothing.
        const response = await reached(() =>
          fetch(tracing.tracesUrl, {
            method: 'POST',
            headers: { 'content-type': 'application/json', ...tracing.headers },
            body: JSON.stringify({ resourceSpans: [] }),
            signal,
          }),
        );
        await response.body?.cancel();
        // Some collectors take the binary form only: they were reached all the same.
        if (response.ok || response.status === 415) return {};
        throw new TrialFailure(`It answers with ${response.status}.`, 'Check the address and its headers.');
      },
    },
  ];
}

/** Does what reaches out; says what went wrong rather than that something did. */
async function reached<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // fetch hides what happened in the cause.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new TrialFailure(
      cause instanceof Error ? cause.message || cause.name : String(cause),
      'Check address, credentials and network.',
    );
  }
}
