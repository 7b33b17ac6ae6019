import { createBrowserCallers } from '../phone/transfers/browser-callers.ts';
import { createHandOff } from '../phone/transfers/hand-off.ts';
import { handOffRoutes } from '../phone/transfers/handoff-routes.ts';
import { createInbox } from '../phone/transfers/inbox.ts';
import { checkTransferTarget } from '../phone/transfers/transfer-target.ts';
import type { Agents } from './open-agents.ts';
import type { Conversations } from './open-conversations.ts';
import type { Foundations } from './open-foundations.ts';
import type { Phone } from './open-phone.ts';

/** Callers are put through to people: from here on agents can. */
export function openTransfers(
  { config, clock, database, onError }: Foundations,
  { handOff }: Pick<Agents, 'handOff'>,
  { host, webrtc }: Pick<Conversations, 'host' | 'webrtc'>,
  { desk, ways, rules, music }: Pick<Phone, 'desk' | 'ways' | 'rules' | 'music'>,
) {
  const inbox = createInbox(webrtc, clock);
  const browsers = createBrowserCallers(clock, music);
  handOff.connect(
    createHandOff({
      ...{ ways, inbox, clock, onError },
      transferTried: desk.transferTried,
      callerOf: (conversationId) => {
        const call = desk.callOf(conversationId);
        return call === undefined ? browsers.callerOf(conversationId) : { ...call, isAtBrowser: false };
      },
      conversationOf: ({ conversationId, organizationId }) => {
        const resident = host.peek(conversationId, organizationId);
        if (resident === undefined) return undefined;
        const { agent, speech } = resident;
        return {
          agentName: agent.name,
          voice: { synthesizer: speech.synthesizer, voice: agent.agent.voice },
          endsAs: (reason) => resident.endsAs(reason),
        };
      },
      checkTarget: (to) => checkTransferTarget(to, rules),
      settings: config.transfers,
    }),
  );
  return {
    reachable: browsers.reachable,
    routes: handOffRoutes({ inbox, iceServers: config.iceServers, database, onError }),
    /** Callers at browsers, with agents and with people. */
    get browserCalls() {
      return browsers.count;
    },
  };
}
