import { z } from 'zod';
import type { TwilioSettings } from './twilio-settings.ts';

/** What is asked of Twilio. Each call takes at most some seconds. @throws TwilioError; the signal's reason */
export interface TwilioRest {
  createCall(call: NewTwilioCall, signal: AbortSignal): Promise<{ readonly callSid: string }>;
  /** Another TwiML for a call that goes on: its stream stops. */
  redirect(callSid: string, twiml: string, signal: AbortSignal): Promise<void>;
  /** Ends it, ringing or talking. Nothing for a call that is over. */
  complete(callSid: string, signal: AbortSignal): Promise<void>;
  status(callSid: string, signal: AbortSignal): Promise<TwilioCallStatus>;
  record(callSid: string, callbackUrl: string, signal: AbortSignal): Promise<void>;
  /** Whether the account is there and the token opens it. */
  account(signal: AbortSignal): Promise<{ readonly status: string }>;
}

export interface NewTwilioCall {
  readonly to: string;
  readonly from: string;
  readonly twiml: string;
  readonly ringSeconds: number;
  readonly statusUrl: string;
  /** Where it is told who answered; undefined: nobody wants to know. */
  readonly machineUrl: string | undefined;
}

const callStatuses = [
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'failed',
  'no-answer',
  'canceled',
] as const;
export const callStatusSchema = z.enum(callStatuses);
export type TwilioCallStatus = (typeof callStatuses)[number];

/** Nobody talks on it any more. */
export function isOver(status: TwilioCallStatus): boolean {
  return !goingOn.has(status);
}

const goingOn: ReadonlySet<TwilioCallStatus> = new Set(['queued', 'initiated', 'ringing', 'in-progress']);

export class TwilioError extends Error {
  /**
   * `refused`: Twilio says no, and would again; `over`: the call is not going on; `busy`: too many requests; `unreachable`: no answer, or
   * none that makes sense.
   */
  readonly code: 'refused' | 'over' | 'busy' | 'unreachable';
  /** Twilio's own number for it. */
  readonly twilioCode: number | undefined;
  constructor(code: TwilioError['code'], message: string, twilioCode?: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TwilioError';
    this.code = code;
    this.twilioCode = twilioCode;
  }
}

/** The API answers within half a second; a caller waits in silence meanwhile. */
const requestTimeoutMs = 5000;
/** Tries in all of what may be asked twice without being done twice. */
const maxTries = 3;
const retryAfterMs = 250;
/** "Call is not in-progress": the other side was faster. */
const callIsOver = new Set([21_220, 20_404]);

export async function createTwilioRest(
  { authToken, apiBaseUrl }: TwilioSettings,
  accountSid: string,
): Promise<TwilioRest> {
  // Tens of megabytes that only servers with an account need.
  const { default: twilio } = await import('twilio');
  const { createTwilioHttp } = await import('./twilio-http.ts');

  const ask = async <T>(
    signal: AbortSignal,
    request: (client: ReturnType<typeof twilio>) => Promise<T>,
  ): Promise<T> => {
    signal.throwIfAborted();
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]);
    const client = twilio(accountSid, authToken, { accountSid, httpClient: createTwilioHttp(apiBaseUrl, bounded) });
    try {
      return await request(client);
    } catch (error) {
      signal.throwIfAborted();
      throw toTwilioError(error);
    }
  };
  /** For what is the same when it is done twice. */
  const askAgain = async <T>(
    signal: AbortSignal,
    request: (client: ReturnType<typeof twilio>) => Promise<T>,
  ): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ask(signal, request);
      } catch (error) {
        const isWorthIt = error instanceof TwilioError && (error.code === 'busy' || error.code === 'unreachable');
        if (!isWorthIt || attempt === maxTries) throw error;
      }
      await pause(retryAfterMs * attempt, signal);
    }
  };

  return {
    createCall: (call, signal) =>
      // Not again: the first may ring already.
      ask(signal, async ({ calls }) => {
        const { sid } = await calls.create({
          to: call.to,
          from: call.from,
          twiml: call.twiml,
          timeout: call.ringSeconds,
          statusCallback: call.statusUrl,
          statusCallbackMethod: 'POST',
          statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
          ...(call.machineUrl !== undefined && {
            machineDetection: 'Enable',
            asyncAmd: 'true',
            asyncAmdStatusCallback: call.machineUrl,
            asyncAmdStatusCallbackMethod: 'POST',
          }),
        });
        return { callSid: sid };
      }),
    redirect: async (callSid, twiml, signal) => {
      await askAgain(signal, ({ calls }) => calls(callSid).update({ twiml }));
    },
    complete: async (callSid, signal) => {
      try {
        await askAgain(signal, ({ calls }) => calls(callSid).update({ status: 'completed' }));
      } catch (error) {
        if (!(error instanceof TwilioError && error.code === 'over')) throw error;
      }
    },
    status: async (callSid, signal) => {
      const { status } = await askAgain(signal, ({ calls }) => calls(callSid).fetch());
      return callStatusSchema.parse(status);
    },
    record: async (callSid, callbackUrl, signal) => {
      await ask(signal, ({ calls }) =>
        calls(callSid).recordings.create({
          recordingChannels: 'dual',
          recordingStatusCallback: callbackUrl,
          recordingStatusCallbackMethod: 'POST',
          recordingStatusCallbackEvent: ['completed'],
        }),
      );
    },
    account: (signal) =>
      askAgain(signal, async ({ api }) => {
        const { status } = await api.v2010.accounts(accountSid).fetch();
        return { status };
      }),
  };
}

const restErrorSchema = z.object({ status: z.number(), code: z.number().nullish(), message: z.string() });

function toTwilioError(error: unknown): TwilioError {
  if (error instanceof TwilioError) return error;
  const parsed = restErrorSchema.safeParse(error);
  if (!parsed.success) {
    return new TwilioError(
      'unreachable',
      'Twilio did not answer: look at TWILIO_API_BASE_URL and the network.',
      undefined,
      {
        cause: error,
      },
    );
  }
  const { status, code, message } = parsed.data;
  const own = code ?? undefined;
  if (status === 429) return new TwilioError('busy', `Twilio takes no more requests for now: ${message}`, own);
  if (status >= 500) return new TwilioError('unreachable', `Twilio failed: ${message}`, own);
  if (own !== undefined && callIsOver.has(own)) return new TwilioError('over', `The call is over: ${message}`, own);
  if (status === 401) {
    return new TwilioError('refused', 'Twilio does not know TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN.', own);
  }
  return new TwilioError('refused', `Twilio refused: ${message}`, own);
}

function pause(afterMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => {
    clearTimeout(timer);
    reject(signal.reason);
  };
  const timer = setTimeout(() => {
    signal.removeEventListener('abort', onAbort);
    resolve();
  }, afterMs);
  signal.addEventListener('abort', onAbort, { once: true });
  return promise;
}
