import { createTalk, type Talk } from '@parley/channels/phone/talk.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import type { ClientNotice, ClientOutlet } from '@parley/engine/ports/client.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Conversation } from '@parley/engine/ports/conversation.ts';
import type { Caller } from './hand-off.ts';
import { createOutletLeg, type OutletLeg } from './outlet-leg.ts';

/** People who talk with agents at browsers, by sound: they too can wait with music and be put through. */
export interface BrowserCallers {
  /** The conversation as the browser's channel is to see it; the same each time. */
  reachable(conversation: Conversation, facts: BrowserFacts): Conversation;
  callerOf(conversationId: string): Caller | undefined;
  /** Who is on the line, with an agent or with a person. */
  readonly count: number;
}

export interface BrowserFacts {
  readonly organizationId: string;
  /** BCP 47. */
  readonly language: string;
}

export function createBrowserCallers(clock: Clock, music: Pcm): BrowserCallers {
  const live = new Map<string, Caller>();
  // A conversation that left memory takes what was made for it along.
  const known = new WeakMap<Conversation, Conversation>();

  const wrap = (conversation: Conversation, facts: BrowserFacts): Conversation => {
    const { id } = conversation;
    /** Somebody at the console has them, or will have within seconds: to the page the conversation goes on until they part. */
    let given: OutletLeg | undefined;
    const held: (() => void)[] = [];

    const partWith = (leg: OutletLeg, caller: Caller) => {
      if (live.get(id) === caller) live.delete(id);
      if (given !== leg) return;
      given = undefined;
      for (const tell of held.splice(0)) tell();
    };

    const talkOf = (talk: Talk<OutletLeg>): Caller['talk'] => {
      let isGone = false;
      void talk.ended.then(() => {
        isGone = true;
      });
      return {
        ...talk,
        giveTo(other) {
          if (!isGone) given = talk.leg;
          talk.giveTo(other);
        },
      };
    };

    return {
      id,
      get state() {
        return given === undefined ? conversation.state : 'responding';
      },
      attachAudio(outlet) {
        const leg = createOutletLeg(outlet);
        const talk = createTalk(leg, conversation, { clock, music, echo: outlet.echo, comesBack: true });
        const caller: Caller = {
          ...{ conversationId: id, ...facts, isAtBrowser: true, talk: talkOf(talk) },
          ...{ callerNumber: 'browser', ownNumber: '' },
        };
        live.set(id, caller);
        void talk.ended.then(() => partWith(leg, caller));
        return leg.inlet;
      },
      attachClient(client) {
        const inlet = conversation.attachClient(
          holding(client, (tell) => {
            if (given === undefined) tell();
            else held.push(tell);
          }),
        );
        return {
          ...inlet,
          hangUp() {
            given?.leave('hung up');
            inlet.hangUp();
          },
        };
      },
    };
  };

  return {
    reachable(conversation, facts) {
      const wrapped = known.get(conversation) ?? wrap(conversation, facts);
      known.set(conversation, wrapped);
      return wrapped;
    },
    callerOf: (conversationId) => live.get(conversationId),
    get count() {
      return live.size;
    },
  };
}

/** @param atEnd is given what tells the client that it is over */
function holding(client: ClientOutlet, atEnd: (tell: () => void) => void): ClientOutlet {
  return {
    tell: (notice) => {
      if (tellsEnd(notice)) atEnd(() => client.tell(notice));
      else client.tell(notice);
    },
  };
}

function tellsEnd(notice: ClientNotice): boolean {
  return notice.type === 'ended' || (notice.type === 'state' && notice.state === 'ended');
}
