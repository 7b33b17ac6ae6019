import { clientCredentials, TokenRefused, withToken } from '@parley/agent-worlds/client-credentials.ts';
import { type HttpAnswer, HttpFailure, httpCall } from '@parley/agent-worlds/http-call.ts';
import { z } from 'zod';
import { account, type Bank, card, payee, preparedTransfer, transfer, verification } from './bank.ts';
import { BankError, bankErrorCodes } from './bank-error.ts';

export interface BankApiOptions {
  /** Such as `http://127.0.0.1:4020`. */
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly timeoutMs?: number;
  /** Reads the time, epoch milliseconds. */
  readonly now?: () => number;
}

/** The bank over its API, with tokens of the OAuth 2 client-credentials grant. */
export function bankApi(options: BankApiOptions): Bank {
  const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
  const tokens = clientCredentials({
    tokenUrl: `${options.baseUrl}/oauth/token`,
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    scope: 'bank',
    ...timeout,
    ...(options.now === undefined ? {} : { now: options.now }),
  });

  return {
    async verify(sessionRef, { customerNumber, proof, idempotencyKey }, signal) {
      const body = { customerNumber, proof };
      return read(verification, await ask({ path: '/v1/verifications', body, idempotencyKey }, sessionRef, signal));
    },
    async accounts(sessionRef, signal) {
      const answer = await ask({ path: '/v1/accounts' }, sessionRef, signal);
      return read(z.object({ accounts: z.array(account) }), answer).accounts;
    },
    async payees(sessionRef, signal) {
      return read(z.object({ payees: z.array(payee) }), await ask({ path: '/v1/payees' }, sessionRef, signal)).payees;
    },
    async cards(sessionRef, signal) {
      return read(z.object({ cards: z.array(card) }), await ask({ path: '/v1/cards' }, sessionRef, signal)).cards;
    },
    async prepareTransfer(sessionRef, order, signal) {
      return read(preparedTransfer, await ask({ path: '/v1/prepared-transfers', body: order }, sessionRef, signal));
    },
    async makeTransfer(sessionRef, { idempotencyKey, ...body }, signal) {
      return read(transfer, await ask({ path: '/v1/transfers', body, idempotencyKey }, sessionRef, signal));
    },
    async blockCard(sessionRef, { idempotencyKey, ...body }, signal) {
      return read(card, await ask({ path: '/v1/card-blocks', body, idempotencyKey }, sessionRef, signal));
    },
  };

  async function ask(
    what: { readonly path: string; readonly body?: unknown; readonly idempotencyKey?: string },
    sessionRef: string,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const answer = await asBankErrors(() =>
      withToken(tokens, signal, (token) =>
        httpCall({
          method: what.body === undefined ? 'GET' : 'POST',
          url: `${options.baseUrl}${what.path}`,
          headers: {
            authorization: `Bearer ${token}`,
            'x-session-ref': encodeURIComponent(sessionRef),
            ...(what.idempotencyKey === undefined
              ? {}
              : { 'idempotency-key': encodeURIComponent(what.idempotencyKey) }),
          },
          body: what.body,
          signal,
          ...timeout,
        }),
      ),
    );
    if (answer.status >= 400) throw refusal(answer);
    return answer;
  }
}

const errorBody = z.object({ error: z.object({ code: z.string(), message: z.string().optional() }) });

function refusal(answer: HttpAnswer): BankError {
  const parsed = errorBody.safeParse(answer.json);
  const words = parsed.success ? (parsed.data.error.message ?? '') : '';
  const code = bankErrorCodes.find((one) => parsed.success && one === parsed.data.error.code);
  if (code !== undefined) return new BankError(code, words);
  if (answer.status === 401 || answer.status === 403) {
    return new BankError('not_authorized', 'The bank refused the client: check its id, secret and scope');
  }
  if (answer.status === 429) return new BankError('rate_limited', 'Too many requests to the bank: try again later');
  if (answer.status >= 500) {
    return new BankError('unavailable', `The bank failed (${answer.status}): try again with the same key`);
  }
  return new BankError('refused', `The bank refused the request (${answer.status}): ${words}`);
}

async function asBankErrors<T>(exchange: () => Promise<T>): Promise<T> {
  try {
    return await exchange();
  } catch (error) {
    if (error instanceof TokenRefused) throw new BankError('not_authorized', error.message, { cause: error });
    if (error instanceof HttpFailure) throw new BankError('unavailable', error.message, { cause: error });
    throw error;
  }
}

function read<T>(schema: z.ZodType<T>, answer: HttpAnswer): T {
  const parsed = schema.safeParse(answer.json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.map(String).join('.');
  throw new BankError('unavailable', `The bank's answer is not what it documents: ${where} ${issue?.message}`);
}
