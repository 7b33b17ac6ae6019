import { join } from 'node:path';
import { keepModelsIn } from '@parley/dialogue/nlu/kept-models.ts';
import type { IntegrationCall } from '@parley/integrations/ports.ts';
import { createAgents, defaultAgentId } from '../agents/create-agents.ts';
import { createFlowParts } from '../agents/flow-parts.ts';
import { createConfiguredModel } from '../agents/language-models.ts';
import { createUnderstanding } from '../agents/understanding.ts';
import { createAgentDirectory } from '../conversations/agent-directory.ts';
import { createConnectionGuard } from '../edge/outgoing-hosts.ts';
import { createApiCalledEvents } from '../events/api-called.ts';
import { createFlows } from '../flows/create-flows.ts';
import { createLateHandOff } from '../phone/transfers/late-hand-off.ts';
import { guardEmbedder } from '../resilience/guarded-embedder.ts';
import { watchModel } from '../telemetry/watched-model.ts';
import type { Foundations } from './open-foundations.ts';
import type { SpeechRooms } from './open-speech.ts';

export type Agents = Awaited<ReturnType<typeof openAgents>>;

/** Who answers: agents that ship, agents of folders, and those that teams draw. */
export async function openAgents(
  { config, owned, onError, clock, telemetry, storage, database, sealer, folder }: Foundations,
  { speech, agents: ready }: Pick<SpeechRooms, 'speech' | 'agents'>,
) {
  const own = (close: () => unknown) => owned.push(close);
  const apiCalled = createApiCalledEvents(database, onError);
  own(() => apiCalled.close());
  const onIntegrationCall = (call: IntegrationCall) => {
    telemetry.onIntegrationCall(call);
    apiCalled.record(call);
  };
  const languageModel = createConfiguredModel({
    config,
    clock,
    onError,
    watch: (model, part) => watchModel(model, telemetry.outside, telemetry.metrics, part),
  });
  keepModelsIn(join(folder.path, 'models'));
  const handOff = createLateHandOff();
  const flowParts = { ...createFlowParts(languageModel, clock, onError, own), handOff: handOff.handOff };
  const understanding = await createUnderstanding(config, onError, own, (server) =>
    guardEmbedder(server, telemetry.outside),
  );
  const shipped = await createAgents({
    config,
    languageModel,
    clock,
    flowParts,
    handOff: handOff.handOff,
    understanding,
    checkSpeech: speech.check,
    onIntegrationCall,
    calendarFor: storage.calendarFor,
    onError,
    own,
  });
  const flows = createFlows({
    database,
    sealer,
    agents: shipped,
    defaultAgentId,
    flowParts,
    understanding,
    guard: createConnectionGuard(config.edge.outgoingAllowedHosts, config.edge.outgoingPorts),
    checkSpeechFor: speech.checkFor,
    onPublished: ({ organizationId, flowId }, load) => ready.add({ organizationId, agentId: flowId, load }),
    onIntegrationCall: (_organizationId, call) => onIntegrationCall(call),
    onError,
  });
  own(() => flows.close());
  return { shipped, flows, handOff, directory: createAgentDirectory(shipped, defaultAgentId, flows.directory) };
}
