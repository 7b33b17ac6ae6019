import type { PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import { speakOn, type TwilioStage } from './twilio-stage.ts';

/** The caller is heard, and hears us. */
export async function bothWays(here: TwilioStage, leg: PhoneLeg): Promise<void> {
  let frames = 0;
  leg.listen({
    frame: () => {
      frames += 1;
    },
    digit() {},
  });
  const call = here.fake.calls[0];
  if (call === undefined) throw new Error('There is no call.');
  await call.until('the caller', () => frames > 5);
  const beforeMs = call.person.hears.lastSoundMs;
  await speakOn(leg, 10);
  await call.until('our voice', ({ person }) => person.hears.lastSoundMs > beforeMs);
}
