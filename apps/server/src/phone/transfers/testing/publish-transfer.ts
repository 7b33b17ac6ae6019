import type { ParleyClient } from '@parley/client/create-client.ts';

/** A flow that wants to put everybody through, at a number of its own. */
export async function publishTransfer(
  api: ParleyClient,
  number: string,
  node: Readonly<Record<string, unknown>>,
): Promise<void> {
  const definition = {
    ...{ format: 1, id: `through-${number}`, name: 'Through', languages: ['en-US'] },
    flows: {
      main: {
        nodes: {
          start: { type: 'start', next: 'transfer' },
          transfer: { type: 'transfer', failed: 'sorry', summary: 'They ask for a refund', ...node },
          sorry: { type: 'say', text: 'Nobody came.', next: 'bye' },
          bye: { type: 'end', text: 'Bye.' },
        },
      },
    },
  };
  const body = { flow_name: `Through ${number}`, flow_definition: definition };
  const { flow_id } = await api.createFlow({ body });
  await api.publishFlow({ flow_id, ifMatch: '*' });
  await api.createPhoneNumber({ body: { number, flow_id } });
}
