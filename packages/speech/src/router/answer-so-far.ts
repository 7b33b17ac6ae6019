import type { wrapLanguageModel } from 'ai';

type Model = ReturnType<typeof wrapLanguageModel>;
type Params = Parameters<Model['doStream']>[0];
type StreamPart = Awaited<ReturnType<Model['doStream']>>['stream'] extends ReadableStream<infer Part> ? Part : never;

/** What of an answer was given on, so that another model can go on with it when the first one breaks off. */
export interface AnswerSoFar {
  /** Undefined: it cannot be gone on with. Nothing was said yet, or there is more in it than words. */
  readonly text: string | undefined;
  /** @returns the parts as they are to be given on: what another model says goes on in the same text */
  add(part: StreamPart): readonly StreamPart[];
  /** From here on another model goes on. */
  brokeOff(): void;
}

export function createAnswerSoFar(): AnswerSoFar {
  let text = '';
  let hasMore = false;
  /** The text that is open, by its id. */
  let openId: string | undefined;
  /** The other model's own name of the text that it goes on with. */
  let joinedId: string | undefined;
  let isContinuation = false;
  let isJoined = false;

  const join = (delta: string): string => {
    if (isJoined || delta === '') return delta;
    isJoined = true;
    // It begins with a word, where the one before had ended with one.
    return /\S$/.test(text) && /^[\p{L}\p{N}]/u.test(delta) ? ` ${delta}` : delta;
  };

  return {
    get text() {
      return hasMore || text.trim() === '' ? undefined : text;
    },
    brokeOff() {
      isContinuation = true;
      isJoined = false;
      joinedId = undefined;
    },
    add(part) {
      switch (part.type) {
        case 'stream-start':
          return isContinuation ? [] : [part];
        case 'text-start':
          if (isContinuation && !isJoined && joinedId === undefined && openId !== undefined) {
            joinedId = part.id;
            return [];
          }
          openId = part.id;
          return [part];
        case 'text-delta': {
          const delta = isContinuation ? join(part.delta) : part.delta;
          text += delta;
          return [{ ...part, delta, id: part.id === joinedId && openId !== undefined ? openId : part.id }];
        }
        case 'text-end': {
          const id = part.id === joinedId && openId !== undefined ? openId : part.id;
          openId = undefined;
          return [{ ...part, id }];
        }
        case 'response-metadata':
        case 'raw':
        case 'reasoning-start':
        case 'reasoning-delta':
        case 'reasoning-end':
        case 'finish':
          return [part];
        default:
          // Tools were asked for: another model would ask for them again.
          hasMore = true;
          return [part];
      }
    },
  };
}

/** The question for another model: the same, with what was answered so far, and the wish to go on with it. */
export function goOnFrom(params: Params, text: string): Params {
  const tail = text.trimEnd().slice(-tailCharacters);
  return {
    ...params,
    prompt: [
      ...params.prompt,
      { role: 'assistant', content: [{ type: 'text', text }] },
      {
        role: 'user',
        content: [
          {
            type: 'text',
            text: `[The connection broke in the middle of your answer, after "…${tail}". Write only what comes after these words, as if nothing had happened: no greeting, no apology, nothing said again.]`,
          },
        ],
      },
    ],
  };
}

/** Enough to find the place. */
const tailCharacters = 60;
