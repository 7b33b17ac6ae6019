import type { LookupFunction } from 'node:net';
import type { AnyTool, JsonObject, Tool, ToolContext } from '@parley/dialogue/tools/tool.ts';
import type { JsonValue } from 'jsonpath-rfc9535';
import { createAuthenticator } from './auth/credentials.ts';
import { readSecret } from './auth/secret.ts';
import { type Integration, type IntegrationInput, integrationSchema } from './definition.ts';
import { type Fail, failingAt } from './errors.ts';
import { type ConnectionGuard, createOwnGuard } from './http/connection-guard.ts';
import { createHttpClient } from './http/exchange.ts';
import { sendHttp } from './http/http-operation.ts';
import { graphqlKind } from './kinds/graphql.ts';
import type { HttpKind } from './kinds/http-kind.ts';
import { restKind } from './kinds/rest.ts';
import { soapKind } from './kinds/soap.ts';
import type { Operation } from './operations.ts';
import type { Clock, IntegrationCall, SecretSource, SqlRunner } from './ports.ts';
import { type Outcome, recorded, recordRefusal } from './recorded.ts';
import { createResilience } from './resilience.ts';
import { createPgSqlRunner } from './sql/pg-sql-runner.ts';
import { runSql } from './sql/sql-operation.ts';
import { inputSchemaOf, type OperationInput } from './values/parameters.ts';
import { mapResult } from './values/result.ts';
import type { TemplateScope } from './values/template.ts';

export interface IntegrationParts {
  readonly secrets: SecretSource;
  readonly clock: Clock;
  /** Told of each try. What it throws is not heard. */
  readonly onCall: (call: IntegrationCall) => void;
  /** What may be connected to, instead of what the definition itself allows: where its maker is not who runs it. */
  readonly guard?: ConnectionGuard;
  /** How names become addresses; the system's way if left out. */
  readonly lookup?: LookupFunction;
  /** The database of an SQL integration; PostgreSQL if left out. */
  readonly openSql?: (connectionString: string) => SqlRunner;
}

export interface OpenIntegration {
  /** One per operation, named `ID_OPERATION`. */
  readonly tools: readonly AnyTool[];
  /** Ends its connections; uses under way fail. Idempotent. */
  close(): Promise<void>;
}

/** The integration's tools. Its connections end by themselves some seconds after the last use; `openIntegration` ends them at once. */
export function createIntegrationTools(definition: IntegrationInput, parts: IntegrationParts): readonly AnyTool[] {
  return openIntegration(definition, parts).tools;
}

/** @throws IntegrationError `definition_invalid`, naming the first field that is wrong */
export function openIntegration(definition: IntegrationInput, parts: IntegrationParts): OpenIntegration {
  const integration = readDefinition(definition);
  const { use, close } = integration.kind === 'sql' ? sqlUse(integration, parts) : httpUse(integration, parts);
  const resilience = createResilience(integration, parts.clock);
  const toolOf = (operation: Operation): Tool<OperationInput> => {
    const fail = failingAt({ integration: integration.id, operation: operation.name });
    const { mayRepeat, target, send } = use(operation);
    return {
      name: `${integration.id}_${operation.name}`,
      description: operation.description,
      input: inputSchemaOf(operation.parameters),
      effect: operation.effect,
      run(given, context) {
        const input = withoutUndefined(given);
        const scope: TemplateScope = { input, context: contextOf(context) };
        const one = { ...parts, integration: integration.id, operation, target, input, context };
        const work = (attempt: number, signal: AbortSignal) =>
          recorded({ ...one, attempt }, async () => {
            const outcome = await send(scope, context.idempotencyKey, fail, signal);
            return { ...outcome, value: mapResult(operation.result, outcome.value, fail) };
          });
        return resilience.run(work, {
          mayRepeat,
          fail,
          signal: context.signal,
          onRefused: (error) => recordRefusal(one, error),
        });
      },
    };
  };
  const tools: AnyTool[] = integration.operations.map((operation) => forgetInput(toolOf(operation)));
  return { tools, close };
}

interface OperationUse {
  readonly mayRepeat: boolean;
  readonly target: string;
  send(scope: TemplateScope, idempotencyKey: string, fail: Fail, signal: AbortSignal): Promise<Outcome<JsonValue>>;
}

interface Use {
  use(operation: Operation): OperationUse;
  close(): Promise<void>;
}

function httpUse(definition: Exclude<Integration, { kind: 'sql' }>, parts: IntegrationParts): Use {
  const http = createHttpClient({
    guard: parts.guard ?? createOwnGuard(definition.allowPrivateAddresses),
    maxResponseBytes: definition.maxResponseBytes,
    timeoutMs: definition.timeoutMs,
    maxConnections: definition.maxConcurrent,
    ...(parts.lookup === undefined ? {} : { lookup: parts.lookup }),
  });
  const authenticator = createAuthenticator(definition.auth, { secrets: parts.secrets, http, clock: parts.clock });
  return {
    use(operation) {
      const kind = kindOf(definition, operation);
      return {
        mayRepeat: kind.mayRepeat || kind.idempotencyHeader !== undefined,
        target: kind.target,
        send: (scope, idempotencyKey, fail, signal) =>
          sendHttp(
            { definition, kind, reads: operation.effect === 'reads', scope, idempotencyKey },
            { http, authenticator },
            fail,
            signal,
          ),
      };
    },
    close: () => http.close(),
  };
}

function kindOf(definition: Exclude<Integration, { kind: 'sql' }>, operation: Operation): HttpKind {
  if (definition.kind === 'rest' && 'method' in operation) return restKind(definition, operation);
  if (definition.kind === 'graphql' && 'variables' in operation) return graphqlKind(definition, operation);
  if (definition.kind === 'soap' && 'element' in operation) return soapKind(definition, operation);
  throw new TypeError(`${operation.name} is no operation of ${definition.kind}.`);
}

function sqlUse(definition: Extract<Integration, { kind: 'sql' }>, parts: IntegrationParts): Use {
  const { timeoutMs } = definition;
  const open =
    parts.openSql ??
    ((connectionString: string) =>
      createPgSqlRunner({
        connectionString,
        guard: parts.guard ?? createOwnGuard(definition.allowPrivateAddresses),
        maxConnections: Math.min(10, definition.maxConcurrent),
        connectTimeoutMs: timeoutMs,
        ...(parts.lookup === undefined ? {} : { lookup: parts.lookup }),
      }));
  let current: { readonly connectionString: string; readonly runner: SqlRunner } | undefined;
  /** A changed secret means another database, or another password. */
  const runnerFor = (connectionString: string): SqlRunner => {
    if (current?.connectionString === connectionString) return current.runner;
    void current?.runner.close().catch(() => {});
    current = { connectionString, runner: open(connectionString) };
    return current.runner;
  };
  return {
    use(operation) {
      if (!('statement' in operation)) throw new TypeError(`${operation.name} is no statement.`);
      return {
        mayRepeat: operation.effect === 'reads',
        target: `SQL ${operation.statement.trim().split(/\s+/).slice(0, 1).join(' ').toLowerCase()}`,
        async send(scope, _key, fail, signal) {
          const secret = await readSecret(parts.secrets, definition.connection, 'connection', fail, signal);
          const value = await runSql({ operation, scope, timeoutMs }, runnerFor(secret), fail, signal);
          return { value, bytes: Buffer.byteLength(JSON.stringify(value)), contentType: 'rows' };
        },
      };
    },
    async close() {
      await current?.runner.close();
    },
  };
}

function readDefinition(definition: IntegrationInput): Integration {
  const read = integrationSchema.safeParse(definition);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const [operations, index] = issue?.path ?? [];
  const operation =
    operations === 'operations' && typeof index === 'number' ? definition.operations[index]?.name : undefined;
  throw failingAt({ integration: String(definition.id), operation: operation ?? 'definition' })(
    'definition_invalid',
    // Of a wrong key, what is wrong with it stands one level deeper.
    (issue?.code === 'invalid_key' ? issue.issues[0]?.message : undefined) ?? issue?.message ?? 'It is not right.',
    { field: issue?.path.join('.') ?? '' },
  );
}

/** For lists of tools: the input is parsed by whoever uses it, and once more here, where its type is known. */
function forgetInput(tool: Tool<OperationInput>): AnyTool {
  return { ...tool, run: async (input, context) => tool.run(tool.input.parse(input), context) };
}

function contextOf(context: ToolContext): JsonObject {
  const { conversationId, turnNumber, nowEpochMs, timeZone, language, idempotencyKey } = context;
  return { conversationId, turnNumber, nowEpochMs, timeZone, language, idempotencyKey };
}

function withoutUndefined(input: OperationInput): JsonObject {
  return Object.fromEntries(
    Object.entries(input).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}
