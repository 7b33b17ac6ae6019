import { createHash, randomBytes } from 'node:crypto';
import { type JsonReply, type JsonRequest, serveJson } from '@parley/agent-worlds/json-server.ts';
import { keptAnswers } from '@parley/agent-worlds/kept-answers.ts';
import { z } from 'zod';
import { money, proof } from '../bank/bank.ts';
import { BankError, type BankErrorCode } from '../bank/bank-error.ts';
import { sandboxLedger } from './ledger.ts';
import { type SandboxCustomer, sandboxCustomers } from './sandbox-customers.ts';
import { tokenEndpoint } from './token-endpoint.ts';
import { sandboxVerifications } from './verifications.ts';

export interface BankSandbox {
  /** Where it listens, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  close(): Promise<void>;
}

export interface BankSandboxOptions {
  /** 0 takes any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly clientId?: string;
  /** Made up at random when not given. */
  readonly clientSecret?: string;
  /** How long a token is good. */
  readonly tokenLifeSeconds?: number;
  /** Reads the time, epoch milliseconds. */
  readonly now?: () => number;
}

/** Five minutes, as banks have it: short enough that renewing is used in every long trial. */
const tokenLifeSeconds = 300;
/** Keys are remembered for the last so many changes. */
const keptKeys = 10_000;
const maxHeaderLength = 300;

/**
 * A bank to try the agent out with: tokens, accounts, transfers and cards over a JSON API, in memory, on a port of its own. It
 * forgets everything when it is closed.
 */
export async function startBankSandbox(options: BankSandboxOptions = {}): Promise<BankSandbox> {
  const now = options.now ?? Date.now;
  const clientId = options.clientId ?? 'parley';
  const clientSecret = options.clientSecret ?? randomBytes(24).toString('base64url');
  const lifeSeconds = options.tokenLifeSeconds ?? tokenLifeSeconds;
  const tokens = tokenEndpoint({ clientId, clientSecret, scope: 'bank', lifeSeconds, now });
  const verifications = sandboxVerifications(sandboxCustomers, now);
  const ledger = sandboxLedger(sandboxCustomers, now);
  const kept = keptAnswers<JsonReply>(keptKeys);
  const server = await serveJson({
    handle: (request) => {
      try {
        return route(request);
      } catch (error) {
        if (error instanceof BankError) return failure(statuses[error.code], error.code, error.message);
        throw error;
      }
    },
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.host === undefined ? {} : { host: options.host }),
  });
  return { url: server.url, clientId, clientSecret, close: () => server.close() };

  function route(request: JsonRequest): JsonReply {
    const method = `${request.method} ${request.path}`;
    if (method === 'POST /oauth/token') return tokens.reply(request);
    if (!tokens.accepts(request.header('authorization'))) {
      return {
        ...failure(401, 'not_authorized', 'The token is missing or expired'),
        headers: { 'www-authenticate': 'Bearer' },
      };
    }
    const sessionRef = request.header('x-session-ref') ?? '';
    if (sessionRef === '' || sessionRef.length > maxHeaderLength) {
      return failure(400, 'refused', 'Say which conversation it is for in x-session-ref');
    }
    if (method === 'POST /v1/verifications') {
      const body = parse(verifyBody, request);
      return change(request, sessionRef, () => verifications.verify(sessionRef, body.customerNumber, body.proof));
    }
    const customer = verifications.customerOf(sessionRef);
    if (customer === undefined) throw new BankError('not_verified', 'Verify the caller first');
    return forCustomer(method, request, sessionRef, customer);
  }

  function forCustomer(method: string, request: JsonRequest, sessionRef: string, customer: SandboxCustomer): JsonReply {
    switch (method) {
      case 'GET /v1/accounts':
        return { status: 200, body: { accounts: ledger.accounts(customer) } };
      case 'GET /v1/payees':
        return { status: 200, body: { payees: ledger.payees(customer) } };
      case 'GET /v1/cards':
        return { status: 200, body: { cards: ledger.cards(customer) } };
      case 'POST /v1/prepared-transfers':
        return { status: 200, body: ledger.prepare(customer, parse(prepareBody, request)) };
      case 'POST /v1/transfers': {
        const body = parse(transferBody, request);
        return change(request, sessionRef, () => ledger.make(customer, body.preparedTransferId));
      }
      case 'POST /v1/card-blocks': {
        const body = parse(blockBody, request);
        return change(request, sessionRef, () => ledger.block(customer, body.cardId));
      }
      default:
        return failure(404, 'refused', 'There is no such method of this API');
    }
  }

  function change(request: JsonRequest, sessionRef: string, act: () => unknown): JsonReply {
    const key = request.header('idempotency-key') ?? '';
    if (key === '' || key.length > maxHeaderLength) {
      return failure(400, 'refused', `A change needs an Idempotency-Key of at most ${maxHeaderLength} characters`);
    }
    // The digest rather than the request: it may hold a PIN.
    const digest = createHash('sha256')
      .update(`${request.path} ${JSON.stringify(request.body)}`)
      .digest('hex');
    const answer = kept.once(`${sessionRef} ${key}`, digest, () => ({ status: 200, body: act() }));
    if (answer.outcome === 'conflict') {
      return failure(409, 'idempotency_conflict', 'This Idempotency-Key was used for another request');
    }
    return { ...answer.value, headers: { 'idempotent-replay': String(answer.outcome === 'repeated') } };
  }
}

const id = z.string().min(1).max(100);
const verifyBody = z.object({ customerNumber: z.string().regex(/^\d{4,16}$/u), proof });
const prepareBody = z.object({ fromAccountId: id, payeeId: id, amount: money });
const transferBody = z.object({ preparedTransferId: id });
const blockBody = z.object({ cardId: id, reason: z.enum(['lost', 'stolen']) });

function parse<T>(schema: z.ZodType<T>, request: JsonRequest): T {
  const parsed = schema.safeParse(request.body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new BankError('refused', `${issue?.path.map(String).join('.') || 'body'}: ${issue?.message ?? 'not valid'}`);
}

const statuses: Readonly<Record<BankErrorCode, number>> = {
  not_verified: 403,
  account_not_found: 404,
  payee_not_found: 404,
  card_not_found: 404,
  insufficient_funds: 422,
  over_transfer_limit: 422,
  over_daily_limit: 422,
  invalid_amount: 422,
  prepared_transfer_gone: 410,
  already_made: 409,
  idempotency_conflict: 409,
  not_authorized: 401,
  rate_limited: 429,
  unavailable: 503,
  refused: 400,
};

function failure(status: number, code: BankErrorCode, message: string): JsonReply {
  return { status, body: { error: { code, message } } };
}
