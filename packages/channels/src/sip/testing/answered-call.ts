import type { PhoneLeg } from '../../phone/phone-leg.ts';
import { createHandMade, inDialogText, inviteText, sdpOf } from './hand-made.ts';
import { createStage, type Stage } from './stage.ts';

export const HERE = '192.0.2.2';
export const THERE = '192.0.2.9';

/** A hand-made telephone whose call was answered here and acknowledged. */
export async function answeredCall(more: readonly string[] = [], options: Parameters<Stage['actor']>[1] = {}) {
  const stage = createStage();
  const legs: PhoneLeg[] = [];
  const end = await stage.actor(HERE, {
    ...options,
    onCall: (call) => void call.answer().then((leg) => legs.push(leg)),
  });
  const telephone = await createHandMade(stage, THERE);
  telephone.say(HERE, inviteText(THERE, HERE, more));
  await stage.clock.advance(50);
  const [answer] = telephone.responses('INVITE');
  const [leg] = legs;
  if (answer === undefined || leg === undefined) throw new Error('not answered');
  telephone.say(HERE, inDialogText('ACK', answer, THERE, HERE, ['CSeq: 10 ACK']));
  await stage.clock.advance(50);
  const say = (method: string, lines: readonly string[] = []) =>
    telephone.say(HERE, inDialogText(method, answer, THERE, HERE, lines));
  const status = async (method: string) => {
    await stage.clock.advance(50);
    return telephone.responses(method).at(-1)?.status;
  };
  return { stage, end, telephone, answer, leg, say, status, session: end.media.sessions[0] };
}

/** The lines of a new offer. */
export const withSdp = (direction: string, address = THERE, port = 4000) => [
  `Content-Type: application/sdp\n\n${sdpOf(address, direction, port)}`,
];
