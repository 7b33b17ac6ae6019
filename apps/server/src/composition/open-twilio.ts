import { defaultAgentId } from '../agents/create-agents.ts';
import { createTwilio, type Twilio } from '../phone/twilio/create-twilio.ts';
import { createWronglySignedReport } from '../phone/twilio/report-wrongly-signed.ts';
import type { Agents } from './open-agents.ts';
import type { Conversations } from './open-conversations.ts';
import type { Foundations } from './open-foundations.ts';
import type { Phone } from './open-phone.ts';

/** Calls by Twilio, where it is set up. */
export async function openTwilio(
  { config, clock, owned, log, onError }: Foundations,
  { desk, ways }: Pick<Phone, 'desk' | 'ways'>,
  { shipped }: Pick<Agents, 'shipped'>,
  { edge }: Pick<Conversations, 'edge'>,
): Promise<Twilio | undefined> {
  const { publicUrl } = config.identity;
  if (config.twilio === undefined || publicUrl === undefined) return undefined;
  const language = shipped.get(defaultAgentId)?.agent.language ?? 'en-US';
  const reportWronglySigned = createWronglySignedReport(publicUrl, (facts, message) => log.warn(facts, message));
  const twilio = await createTwilio({
    settings: config.twilio,
    publicUrl,
    desk,
    clock,
    language,
    transfersOptions: { ringMs: config.transfers.ringMs },
    isAlone: config.redis.url === undefined,
    async countStranger(request) {
      await edge.countStranger(request);
      reportWronglySigned(request);
    },
    onError,
  });
  owned.push(() => twilio.close());
  if (twilio.dialer !== undefined) ways.open(twilio.dialer);
  return twilio;
}
