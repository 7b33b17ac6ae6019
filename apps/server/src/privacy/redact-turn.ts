import type { TurnRecord } from '@parley/engine/ports/recorder.ts';
import { namesIn, type Redactor } from './redact.ts';

/** A turn without what the redactor takes out: what both said, what was understood, what was done. Times and figures stay. */
export function redactTurn(turn: TurnRecord, redactor: Redactor): TurnRecord {
  const { caller, understanding, reply } = turn;
  const names = namesIn({ entities: understanding?.entities, actions: reply?.actions });
  const said = reply === undefined ? '' : redactor.text(reply.text, names);
  return {
    ...turn,
    caller: caller === undefined ? undefined : { ...caller, text: redactor.text(caller.text, names) },
    understanding:
      understanding === undefined
        ? undefined
        : { ...understanding, entities: understanding.entities.map((entity) => redactEntity(entity, redactor)) },
    reply:
      reply === undefined
        ? undefined
        : {
            ...reply,
            text: said,
            // Whoever types is shown all of it.
            heardText: reply.heardText === reply.text ? said : heard(reply.heardText, redactor, names),
            actions: reply.actions.map((action) => ({ ...action, data: redactor.fields(action.data) })),
          },
  };
}

function heard(text: string | undefined, redactor: Redactor, names: readonly string[]): string | undefined {
  return text === undefined ? undefined : redactor.text(text, names);
}

type Entity = NonNullable<TurnRecord['understanding']>['entities'][number];

function redactEntity(entity: Entity, redactor: Redactor): Entity {
  const { text, value } = redactor.fields({ ...entity });
  return { ...entity, text: String(text), value };
}
