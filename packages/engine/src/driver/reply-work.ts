import { givenUp } from '../given-up.ts';
import type { Agent, AgentOutput, AgentRequest } from '../ports/agent.ts';
import type { LineFormat } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import type { Synthesizer } from '../ports/synthesizer.ts';
import type { Effect } from '../turn/effect.ts';
import type { ReplyId, UntimedEvent } from '../turn/event.ts';
import type { Playout } from './playout.ts';

type EffectOf<Type extends Effect['type']> = Extract<Effect, { type: Type }>;

/** What is under way for the reply that has the floor: the agent's thought and the voice of its sentences. */
export interface ReplyWork {
  think(effect: EffectOf<'think'>): void;
  synthesize(effect: EffectOf<'synthesize'>): void;
  /** The turn is certain: what the thought holds back may be done. */
  commit(replyId: ReplyId): void;
  /** Give up the thought; what it said so far is still spoken. */
  abandonThought(replyId: ReplyId): void;
  /** Give up one sentence. */
  skip(replyId: ReplyId, sentence: number): void;
  /** Give up all of a reply. */
  abandon(replyId: ReplyId): void;
  close(): void;
}

export interface ReplyWorkParts {
  readonly agent: Agent;
  readonly synthesizer: Synthesizer;
  readonly clock: Clock;
  readonly playout: Playout;
  /** What the caller's line carries; undefined when nobody said. */
  readonly line: () => LineFormat | undefined;
  readonly feed: (event: UntimedEvent) => void;
  readonly onError: (error: unknown, context: string) => void;
}

/** Each part of a reply can be given up by itself. */
interface ReplyScope {
  readonly thought: AbortController;
  /** The sentences whose sound is being made. */
  readonly voices: Map<number, AbortController>;
  readonly commitment: PromiseWithResolvers<void>;
}

export function createReplyWork(
  parts: ReplyWorkParts,
  conversation: { readonly id: string; readonly timeZone: string; readonly callerId?: string | undefined },
): ReplyWork {
  const { agent, clock, playout } = parts;
  const replies = new Map<ReplyId, ReplyScope>();

  const abandon = (replyId: ReplyId) => {
    const scope = replies.get(replyId);
    if (scope === undefined) return;
    replies.delete(replyId);
    scope.thought.abort(givenUp);
    for (const voice of scope.voices.values()) voice.abort(givenUp);
    scope.commitment.reject(scope.thought.signal.reason);
  };

  const scopeOf = (replyId: ReplyId): ReplyScope => {
    const existing = replies.get(replyId);
    if (existing !== undefined) return existing;
    // A new reply has the floor: nothing of older ones is needed any more.
    for (const id of replies.keys()) abandon(id);
    const scope: ReplyScope = {
      thought: new AbortController(),
      voices: new Map(),
      commitment: Promise.withResolvers(),
    };
    // Nobody may be waiting for it.
    scope.commitment.promise.catch(() => {});
    replies.set(replyId, scope);
    return scope;
  };

  return {
    think({ replyId, cue, memory, history, ahead }) {
      const { thought, commitment } = scopeOf(replyId);
      if (!ahead) commitment.resolve();
      const request: AgentRequest = {
        conversationId: conversation.id,
        ...(conversation.callerId !== undefined && { callerId: conversation.callerId }),
        cue,
        memory,
        history,
        language: agent.language,
        nowEpochMs: clock.epochMs(),
        timeZone: conversation.timeZone,
        commit: async () => {
          await commitment.promise;
          thought.signal.throwIfAborted();
          parts.feed({ type: 'agentCommitted', replyId });
        },
      };
      void think(replyId, request, thought.signal, parts);
    },
    commit: (replyId) => replies.get(replyId)?.commitment.resolve(),
    synthesize(effect) {
      const { voices } = scopeOf(effect.replyId);
      const voice = new AbortController();
      voices.set(effect.sentence, voice);
      synthesize(effect, conversation.id, voice, parts, () => voices.delete(effect.sentence));
    },
    abandonThought(replyId) {
      const scope = replies.get(replyId);
      scope?.thought.abort(givenUp);
      scope?.commitment.reject(scope.thought.signal.reason);
    },
    skip(replyId, sentence) {
      replies.get(replyId)?.voices.get(sentence)?.abort(givenUp);
      playout.skip(replyId, sentence);
    },
    abandon,
    close() {
      for (const id of replies.keys()) abandon(id);
    },
  };
}

/** An agent that says more than this in one reply is running away: twenty minutes of speech. */
const maxReplyCharacters = 20_000;

async function think(
  replyId: ReplyId,
  request: AgentRequest,
  signal: AbortSignal,
  { agent, feed, onError }: ReplyWorkParts,
): Promise<void> {
  let characters = 0;
  let source: AsyncIterator<AgentOutput> | undefined;
  let isOver = false;
  let giveUp: ((reason: unknown) => void) | undefined;
  const abort = () => giveUp?.(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    source = agent.respond(request, signal)[Symbol.asyncIterator]();
    for (;;) {
      signal.throwIfAborted();
      const coming = source.next();
      // What hangs, and does not mind the signal, is not waited for.
      const item = await new Promise<IteratorResult<AgentOutput>>((resolve, reject) => {
        giveUp = reject;
        coming.then(resolve, reject);
      });
      isOver = item.done === true;
      if (item.done === true) throw new Error('The agent stopped without finishing its reply.');
      signal.throwIfAborted();
      const output = item.value;
      switch (output.type) {
        case 'understood':
          feed({ type: 'agentUnderstood', replyId, understanding: output.understanding });
          break;
        case 'say': {
          const { text, tone, ssml, interruptible = true } = output;
          characters += text.length;
          if (characters > maxReplyCharacters) throw new Error(`A reply of more than ${maxReplyCharacters} letters.`);
          feed({ type: 'agentSaid', replyId, text, tone, ssml, interruptible });
          break;
        }
        case 'waiting':
          feed({ type: 'agentWaits', replyId, upToMs: output.upToMs });
          break;
        case 'acted':
          feed({ type: 'agentActed', replyId, name: output.name, data: output.data });
          break;
        case 'finished':
          feed({ ...output, type: 'agentFinished', replyId });
          return;
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    onError(error, 'thinking');
    feed({ type: 'agentFailed', replyId, code: 'agent_failed' });
  } finally {
    signal.removeEventListener('abort', abort);
    // Not waited for: a source that hangs would keep us as well.
    if (!isOver) void letGo(source);
  }
}

async function letGo(source: AsyncIterator<AgentOutput> | undefined): Promise<void> {
  try {
    await source?.return?.();
  } catch {
    // Nobody listens to it any more.
  }
}

/** Two minutes of one sentence: a voice that never ends is broken. */
const maxSentenceSamples = 120 * 16_000;
const samplesPerMs = 16;

function synthesize(
  { replyId, sentence, text, ssml, tone, previousText }: EffectOf<'synthesize'>,
  conversationId: string,
  given: AbortController,
  { agent, synthesizer, playout, line: lineOf, feed, onError }: ReplyWorkParts,
  onOver: () => void,
): void {
  let samplesInAll = 0;
  let over = false;
  const audioMs = () => samplesInAll / samplesPerMs;
  const progress = (done: boolean) =>
    feed({ type: 'synthesized', replyId, sentence, audioMs: audioMs(), words: [], done });
  /** Many pieces that come at once, as of one read of a socket, are told with the first and the last of them. */
  let told: 'no' | 'yes' | 'inPart' = 'no';
  const grown = () => {
    if (told !== 'no') {
      told = 'inPart';
      return;
    }
    progress(false);
    told = 'yes';
    queueMicrotask(() => {
      const isInPart = told === 'inPart';
      told = 'no';
      if (isInPart && !over && !given.signal.aborted) progress(false);
    });
  };
  const fail = (code: string, message: string) => {
    if (over || given.signal.aborted) return;
    over = true;
    // A voice that says it failed may go on all the same; nobody listens any more.
    given.abort();
    onOver();
    onError(new Error(message), `synthesis (${code})`);
    // A sentence that broke off sounds as far as it came; one that never began is shown instead.
    feed({ type: 'synthesisFailed', replyId, sentence, code });
    if (samplesInAll > 0) playout.finish(replyId, sentence);
  };
  const line = lineOf();
  try {
    synthesizer.synthesize(
      {
        text,
        language: agent.language,
        voice: agent.voice,
        tone,
        ssml,
        passage: { id: `${conversationId}/${replyId}`, index: sentence, previousText },
        signal: given.signal,
        ...(line !== undefined && { line }),
      },
      {
        audio: (samples) => {
          if (over || given.signal.aborted) return;
          samplesInAll += samples.length;
          if (samplesInAll > maxSentenceSamples) return fail('sentence_too_long', 'The voice does not come to an end.');
          // First the machine knows that there is audio, then it sounds: the waterfall's marks are in this order.
          grown();
          playout.add(replyId, sentence, samples);
        },
        words: (words) => {
          if (over || given.signal.aborted) return;
          feed({ type: 'synthesized', replyId, sentence, audioMs: audioMs(), words, done: false });
        },
        done: () => {
          if (over || given.signal.aborted) return;
          over = true;
          onOver();
          progress(true);
          playout.finish(replyId, sentence);
        },
        failed: fail,
      },
    );
  } catch (error) {
    fail('synthesizer_threw', String(error));
  }
}
