import { TrialFailure } from '@parley/speech/trial/trial.ts';
import type { Config } from '../config.ts';
import { createTwilioRest, TwilioError } from '../phone/twilio/twilio-rest.ts';
import type { Check } from './check.ts';

/** Whether the account at Twilio is there, and its token opens it. */
export function twilioChecks({
  twilio,
  identity: { publicUrl },
}: Pick<Config, 'twilio'> & { readonly identity: Pick<Config['identity'], 'publicUrl'> }): readonly Check[] {
  if (twilio === undefined) return [];
  const { accountSid } = twilio;
  return [
    {
      kind: 'channel',
      part: 'Twilio',
      async run(signal) {
        if (publicUrl?.startsWith('https:') !== true && !isOnLoopback(twilio.apiBaseUrl)) {
          throw new TrialFailure(
            'PUBLIC_URL is not https.',
            'Twilio opens streams over TLS alone: set an https address.',
          );
        }
        if (accountSid === undefined) return { detail: 'calls are taken, and none are made: no TWILIO_ACCOUNT_SID' };
        const rest = await createTwilioRest(twilio, accountSid);
        const startedMs = performance.now();
        try {
          const { status } = await rest.account(signal);
          return { latencyMs: performance.now() - startedMs, detail: `the account is ${status}` };
        } catch (error) {
          if (!(error instanceof TwilioError)) throw error;
          const advice = error.code === 'refused' ? 'Compare them with the console of Twilio.' : 'Look at the network.';
          throw new TrialFailure(error.message, advice);
        }
      },
    },
  ];
}

/** A Twilio for tests, on this machine: it opens streams without TLS too. */
function isOnLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
