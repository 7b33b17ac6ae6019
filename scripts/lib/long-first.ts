import { resolve } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The longest test files in the order in which they begin (9 s and more each on two cores of their own, the longest 80 s). A long file
 * that begins last runs alone while the other workers have nothing to do. Those that mostly wait (calls in real time, processes that
 * are killed and come back) stand among those that take a core, so that one's waiting is another's work: of what each took of time
 * and of processor, this order was reckoned to leave two cores the least idle and the least overrun.
 */
export const longFiles: readonly string[] = [
  'apps/server/src/resilience/database-away.test.ts',
  'apps/server/src/phone/twilio/twilio-booking.test.ts',
  'apps/server/src/telemetry/telemetry.test.ts',
  'apps/server/src/jobs/jobs.test.ts',
  'packages/fakes/src/calls/calls.test.ts',
  'packages/engine/src/simulation/simulation.test.ts',
  'packages/speech/src/embedded/short-answers.test.ts',
  'apps/server/src/phone/sip/booking.test.ts',
  'apps/call/src/synthetic-caller.test.ts',
  'apps/server/src/storage/pending-writes.test.ts',
  'apps/server/src/phone/sip/sipp.test.ts',
  'packages/channels/src/rtp/real-telephone.test.ts',
  'packages/channels/src/testing/peers/kamailio.test.ts',
  'packages/speech/src/router/silent-vendors.test.ts',
  'packages/engine/src/simulation/mutants/mutants.test.ts',
  'apps/server/src/verify/verify-command.test.ts',
  'packages/channels/src/sip/real-peers.test.ts',
  'apps/server/src/webhooks/webhooks-server.test.ts',
  'apps/call/src/conversations/receptionist.test.ts',
  'apps/server/src/privacy/planted.test.ts',
  'apps/server/src/api/access-matrix.test.ts',
  'apps/server/src/storage/kill.test.ts',
  'apps/server/src/process.test.ts',
  'apps/server/src/phone/sip/flooded-call.test.ts',
  'bench/src/every-vendor.test.ts',
  'apps/server/src/recordings/killed-call.test.ts',
  'apps/server/src/phone/sip/replicas.test.ts',
  'apps/server/src/identity/sign-in.test.ts',
  'apps/server/src/server.test.ts',
  'bench/src/twilio/twilio-load.test.ts',
  'packages/speech/src/embedded/embedded-recognizer.test.ts',
  'bench/src/alignment/alignment.test.ts',
  'apps/server/src/phone/twilio/twilio-server.test.ts',
  'apps/server/src/api/fuzz.test.ts',
  'bench/src/failover/failover.test.ts',
  'apps/server/src/speech/stand-ins.test.ts',
  'apps/server/src/phone/sip/baresip.test.ts',
  'apps/server/src/phone/transfers/transfers-by-sip.test.ts',
  'apps/server/src/page.test.ts',
  'apps/server/src/phone/sip/recorded-calls.test.ts',
  'agents/receptionist/src/receptionist-agent.test.ts',
  'apps/server/src/recordings/recordings.test.ts',
  'apps/server/src/edge/edge-server.test.ts',
  'apps/server/src/phone/transfers/console-inbox.test.ts',
];

/** The long files first, whatever this machine remembers of earlier runs; then the others as vitest has them. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rest = await super.sort(files);
    const places = new Map(longFiles.map((path, place) => [resolve(this.ctx.config.root, path), place]));
    const placeOf = ({ moduleId }: TestSpecification) => places.get(resolve(moduleId)) ?? places.size;
    return rest.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
