import { resolve } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The longest test files in the order in which they begin, from a run in CI (20 s and more each, the longest over 100 s). A long
 * file that begins last runs alone while the other workers have nothing to do. Those that mostly wait (calls in real time,
 * processes that are killed and come back) alternate with those that take a core, so that one's waiting is another's work.
 */
export const longFiles: readonly string[] = [
  'apps/server/src/storage/kill.test.ts',
  'apps/server/src/phone/sip/booking.test.ts',
  'packages/speech/src/embedded/short-answers.test.ts',
  'apps/server/src/resilience/database-away.test.ts',
  'apps/server/src/phone/twilio/twilio-booking.test.ts',
  'packages/speech/src/embedded/embedded-recognizer.test.ts',
  'apps/server/src/page.test.ts',
  'apps/server/src/phone/sip/baresip.test.ts',
  'apps/server/src/phone/sip/replicas.test.ts',
  'apps/call/src/conversations/receptionist.test.ts',
  'apps/server/src/api/fuzz.test.ts',
  'apps/server/src/server.test.ts',
  'packages/fakes/src/calls/calls.test.ts',
  'apps/server/src/recordings/killed-call.test.ts',
  'packages/engine/src/simulation/mutants/mutants.test.ts',
  'apps/server/src/webhooks/webhooks-server.test.ts',
  'packages/engine/src/simulation/simulation.test.ts',
  'apps/server/src/edge/edge-server.test.ts',
  'apps/server/src/api/access-matrix.test.ts',
  'apps/server/src/privacy/planted.test.ts',
  'agents/receptionist/src/receptionist-agent.test.ts',
  'apps/server/src/telemetry/telemetry.test.ts',
  'apps/server/src/api/journey.test.ts',
  'apps/call/src/synthetic-caller.test.ts',
  'apps/server/src/sessions/two-servers.test.ts',
  'agents/numerology/src/numerology-agent.test.ts',
  'apps/server/src/process.test.ts',
  'apps/server/src/phone/sip/sipp.test.ts',
  'bench/src/alignment/alignment.test.ts',
  'apps/server/src/phone/sip/flooded-call.test.ts',
  'apps/server/src/phone/sip/spoofed.test.ts',
  'apps/server/src/phone/transfers/transfers-by-sip.test.ts',
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
