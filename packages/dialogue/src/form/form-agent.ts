import type { Agent, AgentOutput, AgentRequest } from '@parley/engine/ports/agent.ts';
import { vary } from '../wording/variation.ts';
import type { FormContext, FormDefinition } from './form-definition.ts';
import { type FormMemory, freshMemory, readMemory, writeMemory } from './form-memory.ts';
import { type FormReply, openQuestion, slotAsked, takeTurn } from './form-turn.ts';
import { understand } from './understand.ts';

/**
 * An agent that fills the form, confirms it, submits it, and changes or cancels it on request. Stateless: its memory
 * travels with the conversation. Memory that it cannot read is dropped and the form starts afresh.
 */
export function createFormAgent<Values extends object>(form: FormDefinition<Values>, empty: Values): Agent {
  return {
    id: form.id,
    language: form.language,
    voice: form.voice,
    // It answers in a millisecond or two: there is nothing to be won.
    thinksAhead: false,
    async *respond(request, signal): AsyncGenerator<AgentOutput> {
      signal.throwIfAborted();
      const memory = readMemory(request.memory, form.valuesSchema) ?? freshMemory(empty);
      const context = contextOf(request, memory.replies);
      if (request.cue.type !== 'turn') {
        yield* outputs(form, answerCue(form, memory, context, request));
        return;
      }
      const understood = understand(form, memory, request.cue.turn, context);
      yield { type: 'understood', understanding: understood.understanding };
      const reply = await takeTurn(form, { memory, context, understood, empty }, signal);
      // Again with what is known now: a value that was heard may have been refused, and a submission may have cleared some.
      const slots = Object.fromEntries(Object.entries(reply.memory.values).filter(([, value]) => value !== undefined));
      yield { type: 'understood', understanding: { ...understood.understanding, slots } };
      yield* outputs(form, reply);
    },
  };
}

function answerCue<Values extends object>(
  form: FormDefinition<Values>,
  memory: FormMemory<Values>,
  context: FormContext,
  { cue }: AgentRequest,
): FormReply<Values> {
  const say = (wordings: readonly string[]) => vary(wordings, context.conversationId, memory.replies);
  if (cue.type === 'farewell') {
    const words = cue.reason === 'silence' ? form.wording.goodbyeSilence : form.wording.goodbyeTime;
    return { memory, said: words, actions: [], end: true, keepLastReply: true };
  }
  // A conversation that goes on (a reconnect) is greeted with the question it stopped at.
  const opening = cue.type === 'reprompt' ? say(form.wording.stillThere) : say(form.wording.greeting);
  const question = openQuestion(form, memory, context);
  return { memory, said: `${opening} ${question}`, actions: [], end: false, keepLastReply: false };
}

function* outputs<Values extends object>(
  form: FormDefinition<Values>,
  reply: FormReply<Values>,
): Generator<AgentOutput> {
  for (const action of reply.actions) yield { type: 'acted', name: action.name, data: action.data };
  yield { type: 'say', text: reply.said, tone: 'warm' };
  const memory = {
    ...reply.memory,
    replies: reply.memory.replies + 1,
    lastReply: reply.keepLastReply ? reply.memory.lastReply : reply.said,
  };
  yield { type: 'finished', memory: writeMemory(memory), expects: expectsOf(form, memory), end: reply.end };
}

/** The vocabulary context of the answer: the slot's own, yes or no for a read-back, everything for an open question. */
function expectsOf<Values extends object>(
  form: FormDefinition<Values>,
  memory: FormMemory<Values>,
): string | undefined {
  if (memory.step === 'confirming' || memory.step === 'closing') return 'yes-no';
  return memory.step === 'changing' ? undefined : slotAsked(form, memory)?.expects;
}

function contextOf(request: AgentRequest, replies: number): FormContext {
  const { conversationId, nowEpochMs, timeZone, cue } = request;
  return {
    conversationId,
    nowEpochMs,
    timeZone,
    commit: () => request.commit(),
    turnNumber: cue.type === 'turn' ? cue.turn.turnNumber : replies,
  };
}
