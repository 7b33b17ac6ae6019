import { toTurnView } from '@parley/channels/app-messages/to-turn-view.ts';
import type { TurnRecord } from '@parley/engine/ports/recorder.ts';
import type { NewEvent } from '../events/outbox.ts';
import { handOffActions } from './session-end.ts';

/** An event as `parley_record_turn` takes it. `moment` says which writing of the turn tells it. */
interface TurnEvent extends Pick<NewEvent, 'topic' | 'payload'> {
  readonly type: 'turn_completed' | 'intent_detected' | 'handoff_requested';
  /** `first`: when the turn is new. `complete`: once all of the reply was heard or cut off. Each comes once. */
  readonly moment: 'first' | 'complete';
}

/** What a turn tells the outside. */
export function eventsOf(turn: TurnRecord, channelType: 'voice' | 'chat' | 'api'): TurnEvent[] {
  const topic = channelType === 'voice' ? 'voice-events' : 'chat-events';
  const { turn_number, cause, user, nlu, reply, ...rest } = toTurnView(turn);
  const events: TurnEvent[] = [];
  if (nlu?.intent !== null && nlu !== null) {
    const { intent, confidence, entities } = nlu;
    events.push({
      topic: 'nlu-predictions',
      type: 'intent_detected',
      moment: 'first',
      payload: { turn_number, intent, confidence, entities },
    });
  }
  for (const action of reply?.actions ?? []) {
    if (!handOffActions.includes(action.name)) continue;
    events.push({ topic, type: 'handoff_requested', moment: 'first', payload: { turn_number, ...action.data } });
  }
  events.push({
    topic,
    type: 'turn_completed',
    moment: 'complete',
    payload: { turn_number, cause, user, nlu, reply, ...rest },
  });
  return events;
}
