import type { Clock } from '@parley/engine/ports/clock.ts';
import type { FastifyInstance } from 'fastify';
import type { UpgradeRoute } from '../../api/chat.ts';
import type { Dialer, PhoneDesk } from '../phone-desk.ts';
import { createTwilioAddresses, twilioPaths } from './addresses.ts';
import { createStreamAnswers } from './stream-answers.ts';
import { createStreamTokens } from './stream-token.ts';
import { createTwilioCalls, type TwilioCallsOptions } from './twilio-calls.ts';
import { createTwilioDialer } from './twilio-dialer.ts';
import { createTwilioRest, TwilioError } from './twilio-rest.ts';
import { installTwilioRoutes, type TwilioRoutesParts } from './twilio-routes.ts';
import type { TwilioSettings } from './twilio-settings.ts';
import { createTwilioStreams } from './twilio-streams.ts';
import { createTwilioTransfers, type TwilioTransfersOptions } from './twilio-transfers.ts';

/** Telephone calls by Twilio. */
export interface Twilio {
  /** To make calls; undefined without an account. */
  readonly dialer: Dialer | undefined;
  /** What Twilio asks and tells. Before the server listens. */
  installProtocols(app: FastifyInstance): void;
  /** The sound. */
  readonly streams: UpgradeRoute;
  /** Calls whose sound is in this process. */
  readonly liveCalls: number;
  /** For `verify`: the account is there, and its token opens it. @throws TwilioError */
  checkAccount(signal: AbortSignal): Promise<string>;
  /** Ends what is left of calls. Idempotent. */
  close(): void;
}

const recordTimeoutMs = 5000;

export async function createTwilio(parts: {
  readonly settings: TwilioSettings;
  /** Where Twilio reaches this server. */
  readonly publicUrl: string;
  readonly desk: PhoneDesk;
  readonly clock: Clock;
  /** BCP 47: in which callers are told that nobody can come. */
  readonly language: string;
  /** No other server shares the database with this one. */
  readonly isAlone: boolean;
  readonly countStranger: TwilioRoutesParts['countStranger'];
  readonly callsOptions?: TwilioCallsOptions;
  readonly transfersOptions?: Partial<TwilioTransfersOptions>;
  readonly onError: (error: unknown, context: string) => void;
}): Promise<Twilio> {
  const { settings, publicUrl, desk, clock, language, isAlone, countStranger, onError } = parts;
  const { accountSid, authToken, number } = settings;
  const addresses = createTwilioAddresses(publicUrl, settings.replicaUrl);
  const tokens = createStreamTokens(authToken);
  const answers = createStreamAnswers(addresses, tokens);
  const rest = accountSid === undefined ? undefined : await createTwilioRest(settings, accountSid);
  const isWanted = async (callSid: string) => (await desk.expected(callSid)) !== undefined;
  const calls = createTwilioCalls(rest, isWanted, onError, parts.callsOptions);
  const record = (callSid: string, conversationId: string) => {
    if (!settings.records || rest === undefined) return;
    const callback = addresses.of(twilioPaths.recording, { conversation: conversationId });
    rest.record(callSid, callback, AbortSignal.timeout(recordTimeoutMs)).catch((error: unknown) => {
      // Who hung up at once left nothing to record.
      if (!(error instanceof TwilioError && error.code === 'over')) onError(error, 'a recording at Twilio');
    });
  };
  const outgoing =
    rest === undefined
      ? undefined
      : {
          rest,
          dialer: createTwilioDialer({ rest, addresses, answers, number, record, onError }),
          transfers: createTwilioTransfers({
            ...{ rest, addresses, answers, onError, onOver: calls.over },
            options: parts.transfersOptions ?? {},
          }),
        };
  const streams = createTwilioStreams({
    ...{ authToken, addresses, tokens, calls, desk, clock, outgoing, countStranger, onError },
    legOptions: parts.callsOptions?.leg ?? {},
    record,
  });
  return {
    dialer: outgoing?.dialer,
    installProtocols: (app) =>
      installTwilioRoutes(app, {
        authToken,
        addresses,
        answers,
        calls,
        desk,
        outgoing,
        number,
        isAlone,
        language,
        countStranger,
        onError,
      }),
    streams,
    get liveCalls() {
      return calls.count;
    },
    async checkAccount(signal) {
      if (rest === undefined)
        return 'TWILIO_ACCOUNT_SID is not set: calls are taken, but none are made or transferred.';
      const { status } = await rest.account(signal);
      return `The account at Twilio is ${status}.`;
    },
    close() {
      calls.close();
      streams.close();
    },
  };
}
