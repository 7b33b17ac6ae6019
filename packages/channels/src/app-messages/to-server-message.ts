import { MAX_APP_MESSAGE_CHARACTERS, type ServerMessage } from '@parley/contract/app-messages.ts';
import type { WireError } from '@parley/contract/errors.ts';
import type { TurnView } from '@parley/contract/turn.ts';
import type { ClientNotice } from '@parley/engine/ports/client.ts';
import { toTurnView, unit } from './to-turn-view.ts';

/** Cut here, a text says that it was longer. */
const ELLIPSIS = '…';

/** What a conversation tells its clients, in the words of the wire. Each message fits the limit when written as JSON. */
export function toServerMessage(notice: ClientNotice): ServerMessage {
  switch (notice.type) {
    case 'state':
      return { type: 'state', data: { state: notice.state } };
    case 'processing':
      return { type: 'processing_status', data: { status: notice.status } };
    case 'transcript': {
      const { turnNumber, text, isFinal } = notice;
      const confidence = unit(notice.confidence);
      return fit((most) => ({
        type: 'transcription_update',
        data: { turnNumber, text: shorten(text, most), confidence, isFinal },
      }));
    }
    case 'said': {
      const { turnNumber, sentence, text, tone } = notice;
      return fit((most) => ({
        type: 'assistant_response',
        data: { turnNumber, sentence, text: shorten(text, most), emotionalTone: tone },
      }));
    }
    case 'cutOff': {
      const { turnNumber, heardText, unheardText } = notice;
      return fit((most) => ({
        type: 'assistant_cut_off',
        data: { turnNumber, heardText: shorten(heardText, most / 2), unheardText: shorten(unheardText, most / 2) },
      }));
    }
    case 'acted': {
      const { turnNumber, name, data } = notice;
      const whole: ServerMessage = { type: 'assistant_action', data: { turnNumber, name, data } };
      // What was done is named even when its particulars are too many for a message; the REST view has them whole.
      return fits(whole)
        ? whole
        : { type: 'assistant_action', data: { turnNumber, name: shorten(name, 200), data: {} } };
    }
    case 'recorded': {
      const turn = toTurnView(notice.turn);
      const whole: ServerMessage = { type: 'turn_recorded', data: { turn } };
      return fits(whole)
        ? whole
        : fit((most) => ({ type: 'turn_recorded', data: { turn: shortenTurn(turn, most / 3) } }));
    }
    case 'trouble':
      return {
        type: 'error',
        data: { code: shorten(notice.code, 64), message: shorten(notice.message, 500) },
      };
    case 'ended':
      return { type: 'conversation_ended', data: { reason: notice.reason } };
  }
}

/** A sentence of the agent longer than a message goes as several of the same number, in order; all else as one. */
export function toServerMessages(notice: ClientNotice): ServerMessage[] {
  const whole = toServerMessage(notice);
  if (notice.type !== 'said' || whole.type !== 'assistant_response' || whole.data.text === notice.text) return [whole];
  return pieces(notice.text).map((text) => toServerMessage({ ...notice, text }));
}

export function toErrorMessage(error: WireError): ServerMessage {
  const data = { code: error.code, message: error.message };
  const whole: ServerMessage = {
    type: 'error',
    data: error.details === undefined ? data : { ...data, details: error.details },
  };
  return fits(whole) ? whole : { type: 'error', data };
}

/** Texts are cut and particulars left out; the numbers, which clients put in their lists, stay. */
function shortenTurn(turn: TurnView, most: number): TurnView {
  return {
    ...turn,
    user: turn.user === null ? null : { ...turn.user, text: shorten(turn.user.text, most) },
    nlu: turn.nlu === null ? null : { intent: turn.nlu.intent, confidence: turn.nlu.confidence, entities: [] },
    reply:
      turn.reply === null
        ? null
        : {
            ...turn.reply,
            text: shorten(turn.reply.text, most),
            heard_text: turn.reply.heard_text === null ? null : shorten(turn.reply.heard_text, most),
            actions: turn.reply.actions.slice(0, 5).map(({ name }) => ({ name: shorten(name, 64), data: {} })),
          },
  };
}

/** Gives the texts as much room as the message allows: JSON may write one character as six. */
function fit(build: (mostCharacters: number) => ServerMessage): ServerMessage {
  let most = MAX_APP_MESSAGE_CHARACTERS;
  let message = build(most);
  while (!fits(message) && most > 16) {
    most = Math.floor(most * 0.8);
    message = build(most);
  }
  return message;
}

function fits(message: ServerMessage): boolean {
  return JSON.stringify(message).length <= MAX_APP_MESSAGE_CHARACTERS;
}

/** Cuts at a word where one ends near, never inside a surrogate pair. */
function shorten(text: string, most: number): string {
  const room = Math.floor(most);
  if (text.length <= room) return text;
  const cut = text.slice(0, Math.max(0, room - 1));
  const space = cut.lastIndexOf(' ');
  const end = space > cut.length - 40 ? cut.slice(0, space) : cut;
  return end.replace(/[\uD800-\uDBFF]$/u, '') + ELLIPSIS;
}

/** 600 characters written in six each still fit a message. */
const PIECE_CHARACTERS = 600;

function pieces(text: string): string[] {
  const found: string[] = [];
  for (let rest = text; rest.length > 0; ) {
    const space = rest.length > PIECE_CHARACTERS ? rest.lastIndexOf(' ', PIECE_CHARACTERS) : -1;
    let end = rest.length <= PIECE_CHARACTERS ? rest.length : space > 0 ? space + 1 : PIECE_CHARACTERS;
    if (end < rest.length && /[\uD800-\uDBFF]/.test(rest.charAt(end - 1))) end += 1;
    found.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return found;
}
