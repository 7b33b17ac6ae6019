import { vary } from '../wording/variation.ts';
import type { Action, FormContext, FormDefinition, Slot, SlotName } from './form-definition.ts';
import { type FormMemory, freshMemory } from './form-memory.ts';
import { settlePending, submitForm, withdrawForm } from './submission.ts';
import type { Understood } from './understand.ts';

export interface FormReply<Values> {
  readonly memory: FormMemory<Values>;
  readonly said: string;
  readonly actions: readonly Action[];
  readonly end: boolean;
  /** The reply is no new statement of the agent: "what did you say?" still means the one before. */
  readonly keepLastReply: boolean;
}

export interface TurnInput<Values> {
  readonly memory: FormMemory<Values>;
  readonly context: FormContext;
  readonly understood: Understood<Values>;
  readonly empty: Values;
}

/** An intent this sure is meant even if the words could also be an answer. */
const SURE = 0.85;
/** An intent this sure is meant if nothing else was heard. */
const LIKELY = 0.62;
/** "Yes, that's right, please go ahead and book it for me" and no novel. */
const MAX_YES_CHARACTERS = 80;
/** Misses in a row after which another way out is offered. */
const STUCK_AFTER = 3;

/** Answer one turn of the caller. */
export async function takeTurn<Values extends object>(
  form: FormDefinition<Values>,
  input: TurnInput<Values>,
  signal: AbortSignal,
): Promise<FormReply<Values>> {
  const { memory, context, understood } = input;
  if (!understood.heard) return miss(form, input);
  signal.throwIfAborted();
  const intent = steeringIntent(understood);
  const answer = intent === undefined || !Object.hasOwn(form.answers, intent) ? undefined : form.answers[intent];
  if (answer !== undefined) {
    return reply(memory, [answer(understood.text), openQuestion(form, memory, context)]);
  }
  switch (intent) {
    case 'repeat':
      return { ...reply(memory, [memory.lastReply || openQuestion(form, memory, context)]), keepLastReply: true };
    case 'help':
      return reply(memory, [helpFor(form, memory), openQuestion(form, memory, context)]);
    case 'start_over': {
      // What is done stands until the new one is confirmed, and is then replaced: starting over never makes two.
      const fresh = restart(memory, input.empty);
      const { done } = memory;
      const stands = done === undefined ? '' : form.wording.stillStands(form.outcome(done.values, context));
      return reply(fresh, [form.wording.startOver, stands, openQuestion(form, fresh, context)]);
    }
    case 'cancel':
      return cancel(form, input);
    case 'goodbye':
      return goodbye(form, input);
    default:
      return memory.step === 'closing' ? afterwards(form, input, intent) : onForm(form, input, intent);
  }
}

/** The slot whose question is open: the first without a value while the form is being filled. */
export function slotAsked<Values extends object>(
  form: FormDefinition<Values>,
  memory: FormMemory<Values>,
): Slot<Values> | undefined {
  return memory.step === 'filling' ? form.slots.find(({ name }) => memory.values[name] === undefined) : undefined;
}

/** The question that the conversation stands at. */
export function openQuestion<Values extends object>(
  form: FormDefinition<Values>,
  memory: FormMemory<Values>,
  context: FormContext,
): string {
  const say = (wordings: readonly string[]) => vary(wordings, context.conversationId, context.turnNumber);
  if (memory.step === 'closing') return say(form.wording.anythingElse);
  if (memory.step === 'changing') return form.wording.whatToChange;
  const slot = slotAsked(form, memory);
  if (slot !== undefined) return say(slot.ask(memory.values));
  if (memory.pending !== undefined) return form.wording.tryAgain;
  return `${form.readBack(memory.values, context)} ${say(form.wording.confirm)}`;
}

/** The intent if it is to be acted on rather than read as an answer. */
function steeringIntent<Values extends object>({
  intent,
  intentConfidence,
  hearing,
}: Understood<Values>): string | undefined {
  return intentConfidence >= (hasNews(hearing) ? SURE : LIKELY) ? intent : undefined;
}

function hasNews<Values extends object>(hearing: Understood<Values>['hearing']): boolean {
  return Object.keys(hearing.values).length > 0 || hearing.reopened.length > 0 || hearing.goOn !== undefined;
}

/** A turn while the form is being filled, confirmed or changed. */
async function onForm<Values extends object>(
  form: FormDefinition<Values>,
  input: TurnInput<Values>,
  intent: string | undefined,
): Promise<FormReply<Values>> {
  const { memory, context, understood } = input;
  if (hasNews(understood.hearing)) return fill(form, input);
  const agreed = agreement(understood, intent);
  if (memory.step === 'confirming') {
    if (agreed === 'yes') return submit(form, input);
    if (agreed === 'no' || intent === 'nothing_more') {
      const changing = { ...memory, step: 'changing' as const, misses: 0 };
      return reply(changing, [form.wording.whatToChange]);
    }
  }
  // "Nothing after all": the read-back again.
  if (memory.step === 'changing' && (agreed === 'no' || intent === 'nothing_more')) {
    const confirming = { ...memory, step: 'confirming' as const, misses: 0 };
    return reply(confirming, [openQuestion(form, confirming, context)]);
  }
  if (intent === 'thanks') return reply(memory, [form.wording.welcome, openQuestion(form, memory, context)]);
  if (intent === 'book') {
    return reply({ ...memory, misses: 0 }, [acknowledge(form, context), openQuestion(form, memory, context)]);
  }
  return miss(form, input);
}

/** Yes or no, if it is clear: a yes has consequences, so it must be short and plain; a no costs only a question. */
function agreement<Values extends object>(
  { yesNo, text, intentConfidence }: Understood<Values>,
  intent: string | undefined,
): 'yes' | 'no' | undefined {
  if (yesNo === 'no' || (yesNo === undefined && intent === 'no')) return 'no';
  const plain = text.length <= MAX_YES_CHARACTERS;
  return plain && (yesNo === 'yes' || (intent === 'yes' && intentConfidence >= SURE)) ? 'yes' : undefined;
}

/** A turn after the form is done or dropped. */
async function afterwards<Values extends object>(
  form: FormDefinition<Values>,
  input: TurnInput<Values>,
  intent: string | undefined,
): Promise<FormReply<Values>> {
  const { memory, context, understood } = input;
  const news = hasNews(understood.hearing);
  if (intent === 'book' || (news && memory.done === undefined)) {
    const next = { ...freshMemory(form.keep(memory.values)), replies: memory.replies };
    return news
      ? fill(form, { ...input, memory: next })
      : reply(next, [acknowledge(form, context), openQuestion(form, next, context)]);
  }
  if (news) return change(form, input);
  if (understood.yesNo === 'no' || ['no', 'nothing_more', 'thanks'].includes(intent ?? '')) return goodbye(form, input);
  if (understood.yesNo === 'yes' || intent === 'yes') return reply({ ...memory, misses: 0 }, [form.wording.whatElse]);
  return miss(form, input);
}

/** Take the values heard into the form, and say what is wrong with them, ask for the next, or read them all back. */
function fill<Values extends object>(form: FormDefinition<Values>, input: TurnInput<Values>): FormReply<Values> {
  const { memory, context, understood } = input;
  const merged = merge(form, memory.values, understood, context);
  if (merged.refusal !== undefined) {
    const refused = { ...memory, step: 'filling' as const, values: merged.values, misses: 0, key: undefined };
    return reply(refused, [merged.refusal, openQuestion(form, refused, context)]);
  }
  const filling = { ...memory, step: 'filling' as const, values: merged.values, misses: 0, key: undefined };
  if (understood.hearing.goOn !== undefined) return reply(filling, [understood.hearing.goOn]);
  if (slotAsked(form, filling) !== undefined) {
    const echo = form.echo(filling.values, merged.news, context);
    return reply(filling, [acknowledge(form, context), echo, openQuestion(form, filling, context)]);
  }
  const key = `${context.conversationId}:${context.turnNumber}`;
  const confirming = { ...filling, step: 'confirming' as const, key };
  const question = openQuestion(form, { ...confirming, pending: undefined }, context);
  return reply(confirming, [acknowledge(form, context), question]);
}

/** Values old and new; what cannot stay is emptied. */
function merge<Values extends object>(
  form: FormDefinition<Values>,
  old: Values,
  { hearing }: Understood<Values>,
  context: FormContext,
): { values: Values; news: SlotName<Values>[]; refusal: string | undefined } {
  const reopened = without(old, hearing.reopened);
  const values = { ...reopened, ...hearing.values };
  const news = form.slots
    .map(({ name }) => name)
    .filter((name) => values[name] !== undefined && JSON.stringify(values[name]) !== JSON.stringify(old[name]));
  const refusal = form.check(values, context);
  if (refusal === undefined) return { values, news, refusal: undefined };
  return { values: without(values, refusal.slots), news, refusal: refusal.reason };
}

async function submit<Values extends object>(
  form: FormDefinition<Values>,
  { memory, context }: TurnInput<Values>,
): Promise<FormReply<Values>> {
  // Time passed since the read-back: what was ahead then may be past now.
  const refusal = form.check(memory.values, context);
  if (refusal !== undefined) {
    const refused = { ...memory, step: 'filling' as const, values: without(memory.values, refusal.slots) };
    return reply(refused, [refusal.reason, openQuestion(form, refused, context)]);
  }
  if (memory.done !== undefined) return replace(form, { ...memory, misses: 0 }, context);
  const outcome = await submitForm(form, { ...memory, misses: 0 }, context);
  const words = outcome.ok
    ? [form.wording.submitted(form.outcome(memory.values, context)), openQuestion(form, outcome.memory, context)]
    : [form.wording.submitFailed, form.wording.tryAgain];
  return reply(outcome.memory, words, outcome.actions);
}

/** Change what is done: the old one is taken back first, so that there are never two. */
async function change<Values extends object>(
  form: FormDefinition<Values>,
  input: TurnInput<Values>,
): Promise<FormReply<Values>> {
  const { memory, context, understood } = input;
  const merged = merge(form, memory.done?.values ?? memory.values, understood, context);
  if (merged.refusal !== undefined) {
    const stands = form.wording.stillStands(form.outcome(memory.done?.values ?? memory.values, context));
    return reply(memory, [merged.refusal, stands, openQuestion(form, memory, context)]);
  }
  if (understood.hearing.reopened.length > 0 && form.slots.some(({ name }) => merged.values[name] === undefined)) {
    const filling = { ...memory, step: 'filling' as const, values: merged.values, misses: 0, key: undefined };
    return reply(filling, [acknowledge(form, context), openQuestion(form, filling, context)]);
  }
  if (merged.news.length === 0) {
    const stands = form.wording.stillStands(form.outcome(merged.values, context));
    return reply({ ...memory, misses: 0 }, [acknowledge(form, context), stands, openQuestion(form, memory, context)]);
  }
  const key = `${context.conversationId}:${context.turnNumber}`;
  return replace(form, { ...memory, values: merged.values, key, misses: 0 }, context);
}

/** Take back what is done, then submit the values in its place. */
async function replace<Values extends object>(
  form: FormDefinition<Values>,
  memory: FormMemory<Values>,
  context: FormContext,
): Promise<FormReply<Values>> {
  const withdrawn = await withdrawForm(form, memory, context);
  if (!withdrawn.ok) {
    const unchanged = { ...memory, values: memory.done?.values ?? memory.values, step: 'closing' as const };
    return reply(unchanged, [form.wording.withdrawFailed, openQuestion(form, unchanged, context)]);
  }
  const outcome = await submitForm(form, withdrawn.memory, context);
  const words = outcome.ok
    ? [form.wording.changed(form.outcome(memory.values, context)), openQuestion(form, outcome.memory, context)]
    : [form.wording.changeFailedHalfway, form.wording.tryAgain];
  return reply(outcome.memory, words, [...withdrawn.actions, ...outcome.actions]);
}

async function cancel<Values extends object>(
  form: FormDefinition<Values>,
  { memory, context, empty }: TurnInput<Values>,
): Promise<FormReply<Values>> {
  const settled = await settlePending(form, memory, context);
  const outcome = settled.ok ? await withdrawForm(form, settled.memory, context) : settled;
  if (!outcome.ok) return reply(memory, [form.wording.withdrawFailed, openQuestion(form, memory, context)]);
  const started = form.slots.some(({ name }) => memory.values[name] !== undefined) && memory.step !== 'closing';
  const closing = { ...restart(outcome.memory, empty), step: 'closing' as const };
  const words =
    memory.done !== undefined
      ? form.wording.withdrawn(form.outcome(memory.done.values, context))
      : started
        ? form.wording.discarded
        : form.wording.nothingToCancel;
  return reply(closing, [words, openQuestion(form, closing, context)], outcome.actions);
}

async function goodbye<Values extends object>(
  form: FormDefinition<Values>,
  { memory, context }: TurnInput<Values>,
): Promise<FormReply<Values>> {
  const outcome = await settlePending(form, memory, context);
  if (!outcome.ok) return reply(memory, [form.wording.withdrawFailed, openQuestion(form, memory, context)]);
  const words = vary(form.wording.goodbye, context.conversationId, context.turnNumber);
  const { changeUnfinished, goodbyeUnfinished } = form.wording;
  const unfinished = memory.done === undefined ? goodbyeUnfinished : changeUnfinished;
  const parts = memory.step === 'closing' ? [words] : [unfinished, words];
  return { ...reply(outcome.memory, parts), end: true };
}

/** Not understood: say so, ask again with more help each time, and offer another way when it goes on. */
function miss<Values extends object>(
  form: FormDefinition<Values>,
  { memory, context }: TurnInput<Values>,
): FormReply<Values> {
  const misses = memory.misses + 1;
  const sorry = vary(form.wording.notUnderstood, context.conversationId, context.turnNumber);
  const help = misses === 1 ? '' : misses >= STUCK_AFTER ? form.wording.stuck : helpFor(form, memory);
  // The read-back is long and was just heard: the first time only its question is asked again.
  const brief = misses === 1 && memory.step === 'confirming' && memory.pending === undefined;
  const question = brief
    ? vary(form.wording.confirm, context.conversationId, context.turnNumber)
    : openQuestion(form, memory, context);
  return reply({ ...memory, misses }, [sorry, help, question]);
}

function helpFor<Values extends object>(form: FormDefinition<Values>, memory: FormMemory<Values>): string {
  const slot = slotAsked(form, memory);
  if (slot === undefined) return form.wording.confirmHelp;
  return slot.help[Math.min(Math.max(0, memory.misses - 1), slot.help.length - 1)] ?? slot.help[0];
}

function acknowledge<Values extends object>(form: FormDefinition<Values>, context: FormContext): string {
  return vary(form.wording.gotIt, context.conversationId, context.turnNumber);
}

/** A new form; what is done or pending stays known. */
function restart<Values>(memory: FormMemory<Values>, empty: Values): FormMemory<Values> {
  return {
    ...freshMemory(empty),
    replies: memory.replies,
    lastReply: memory.lastReply,
    done: memory.done,
    pending: memory.pending,
  };
}

function without<Values extends object>(values: Values, names: readonly SlotName<Values>[]): Values {
  const kept = { ...values };
  for (const name of names) delete kept[name];
  return kept;
}

function reply<Values>(
  memory: FormMemory<Values>,
  parts: readonly string[],
  actions: readonly Action[] = [],
): FormReply<Values> {
  return { memory, said: parts.filter((part) => part !== '').join(' '), actions, end: false, keepLastReply: false };
}
