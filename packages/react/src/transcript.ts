import type { ServerMessage } from '@parley/contract/app-messages.ts';
import type { TurnView } from '@parley/contract/turn.ts';

/** All that was said and done, folded from the server's messages. Immutable; every message may come twice. */
export interface Transcript {
  /** In the order of the turn numbers. */
  readonly turns: readonly TurnEntry[];
  /** Typed messages that the server has not stored yet, oldest first. */
  readonly pending: readonly PendingText[];
}

export interface TurnEntry {
  readonly turnNumber: number;
  readonly user: { readonly text: string; readonly isFinal: boolean } | undefined;
  /** The agent's sentences so far, by their number; a gap is a sentence that never sounded. */
  readonly sentences: readonly (string | undefined)[];
  readonly cutOff: { readonly heardText: string; readonly unheardText: string } | undefined;
  readonly actions: readonly { readonly name: string; readonly data: Readonly<Record<string, unknown>> }[];
  /** Once the turn is durable. */
  readonly record: TurnView | undefined;
}

export interface PendingText {
  readonly messageId: string;
  readonly text: string;
  /** The newest turn when it was typed: it stands after that one. */
  readonly afterTurn: number;
  readonly status: 'sending' | 'failed';
}

export const emptyTranscript: Transcript = { turns: [], pending: [] };

/** A page left open for days must not grow for ever; older turns are in the record. */
const MAX_TURNS = 500;
const MAX_SENTENCES = 200;
const MAX_ACTIONS_PER_TURN = 50;

export function applyServerMessage(transcript: Transcript, message: ServerMessage): Transcript {
  switch (message.type) {
    case 'transcription_update': {
      const { turnNumber, text, isFinal } = message.data;
      return changeTurn(transcript, turnNumber, (turn) => ({ ...turn, user: { text, isFinal } }));
    }
    case 'assistant_response': {
      const { turnNumber, sentence, text } = message.data;
      if (sentence < 0 || sentence >= MAX_SENTENCES) return transcript;
      return changeTurn(transcript, turnNumber, (turn) => {
        const sentences = Array.from({ length: Math.max(turn.sentences.length, sentence + 1) }, (_, index) =>
          index === sentence ? text : turn.sentences[index],
        );
        return { ...turn, sentences };
      });
    }
    case 'assistant_cut_off': {
      const { turnNumber, heardText, unheardText } = message.data;
      return changeTurn(transcript, turnNumber, (turn) => ({ ...turn, cutOff: { heardText, unheardText } }));
    }
    case 'assistant_action': {
      const { turnNumber, name, data } = message.data;
      return changeTurn(transcript, turnNumber, (turn) => {
        const known = turn.actions.some((action) => isSameAction(action, { name, data }));
        return known ? turn : { ...turn, actions: [...turn.actions, { name, data }].slice(-MAX_ACTIONS_PER_TURN) };
      });
    }
    case 'turn_recorded':
      return applyRecord(transcript, message.data.turn);
    default:
      return transcript;
  }
}

/** A stored turn, from a message or from the conversation's record after a reconnect. */
export function applyRecord(transcript: Transcript, record: TurnView): Transcript {
  const changed = changeTurn(transcript, record.turn_number, (turn) => {
    const stored = record.reply?.actions ?? [];
    return {
      ...turn,
      record,
      // A murmur that was taken for words and then was not is no part of the turn.
      user: record.user === null ? undefined : { text: record.user.text, isFinal: true },
      actions: [...turn.actions.filter((live) => !stored.some((action) => isSameAction(action, live))), ...stored],
    };
  });
  const stored = changed.pending.findIndex((text) => text.messageId === record.user?.message_id);
  // What was typed after a stored message, or before the agent spoke by itself, stands after that turn.
  const firstAfter = record.user === null ? 0 : stored === -1 ? Number.POSITIVE_INFINITY : stored + 1;
  const pending = changed.pending
    .map((text, index) =>
      index < firstAfter ? text : { ...text, afterTurn: Math.max(text.afterTurn, record.turn_number) },
    )
    .filter((_, index) => index !== stored);
  return { ...changed, pending };
}

export function addPending(transcript: Transcript, messageId: string, text: string): Transcript {
  // Typed before the first word: the agent's greeting, turn 1, comes first all the same.
  const afterTurn = transcript.turns.at(-1)?.turnNumber ?? 1;
  return { ...transcript, pending: [...transcript.pending, { messageId, text, afterTurn, status: 'sending' }] };
}

/** The conversation is over: what was not stored will not be. */
export function failPending(transcript: Transcript): Transcript {
  return { ...transcript, pending: transcript.pending.map((text) => ({ ...text, status: 'failed' })) };
}

function changeTurn(transcript: Transcript, turnNumber: number, change: (turn: TurnEntry) => TurnEntry): Transcript {
  const { turns } = transcript;
  const found = turns.findIndex((turn) => turn.turnNumber === turnNumber);
  const existing = turns[found];
  if (existing !== undefined) return { ...transcript, turns: turns.with(found, change(existing)) };
  const fresh: TurnEntry = {
    turnNumber,
    user: undefined,
    sentences: [],
    cutOff: undefined,
    actions: [],
    record: undefined,
  };
  const sorted = [...turns, change(fresh)].sort((a, b) => a.turnNumber - b.turnNumber);
  return { ...transcript, turns: sorted.slice(-MAX_TURNS) };
}

function isSameAction(a: TurnEntry['actions'][number], b: TurnEntry['actions'][number]): boolean {
  return a.name === b.name && canonical(a.data) === canonical(b.data);
}

/** JSON with sorted keys: a database gives an object back in an order of its own. */
function canonical(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
