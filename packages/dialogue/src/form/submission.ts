import type { Action, FormContext, FormDefinition } from './form-definition.ts';
import type { FormMemory } from './form-memory.ts';

/** How long the caller is kept waiting for the outside before being told that it did not work. */
export const OUTSIDE_TIMEOUT_MS = 5000;

export interface Outcome<Values> {
  readonly memory: FormMemory<Values>;
  readonly actions: readonly Action[];
  readonly ok: boolean;
}

/**
 * Submit the values of memory. A submission left pending is repeated with its own key, so that it cannot happen twice;
 * if the values are others by now it is found and taken back first.
 *
 * The outside call is not tied to the caller's interruption: half-done is worse than done, and the time-out bounds it.
 */
export async function submitForm<Values extends object>(
  form: FormDefinition<Values>,
  memory: FormMemory<Values>,
  context: FormContext,
): Promise<Outcome<Values>> {
  const settled = samePending(memory) ? { memory, actions: [], ok: true } : await settlePending(form, memory, context);
  if (!settled.ok) return settled;
  const key = settled.memory.pending?.key ?? memory.key ?? `${context.conversationId}:${context.turnNumber}`;
  const pending = { key, values: memory.values };
  await context.commit();
  try {
    const { reference, acted } = await within((signal) => form.submit(memory.values, key, context, signal));
    const done = { reference, values: memory.values };
    return {
      memory: { ...memory, done, pending: undefined, key: undefined, step: 'closing' },
      actions: [...settled.actions, acted],
      ok: true,
    };
  } catch {
    return { memory: { ...memory, pending, step: 'confirming' }, actions: settled.actions, ok: false };
  }
}

/** Take back what is done. */
export async function withdrawForm<Values extends object>(
  form: FormDefinition<Values>,
  memory: FormMemory<Values>,
  context: FormContext,
): Promise<Outcome<Values>> {
  const { done } = memory;
  if (done === undefined) return { memory, actions: [], ok: true };
  await context.commit();
  try {
    const acted = await within((signal) => form.withdraw(done.reference, signal));
    return { memory: { ...memory, done: undefined }, actions: [acted], ok: true };
  } catch {
    return { memory, actions: [], ok: false };
  }
}

/** Make sure that nothing is left of a submission whose outcome is unknown: repeating it with its key tells its reference. */
export async function settlePending<Values extends object>(
  form: FormDefinition<Values>,
  memory: FormMemory<Values>,
  context: FormContext,
): Promise<Outcome<Values>> {
  const { pending } = memory;
  if (pending === undefined) return { memory, actions: [], ok: true };
  await context.commit();
  try {
    const { reference } = await within((signal) => form.submit(pending.values, pending.key, context, signal));
    await within((signal) => form.withdraw(reference, signal));
    return { memory: { ...memory, pending: undefined }, actions: [], ok: true };
  } catch {
    return { memory, actions: [], ok: false };
  }
}

function samePending<Values>(memory: FormMemory<Values>): boolean {
  return memory.pending !== undefined && JSON.stringify(memory.pending.values) === JSON.stringify(memory.values);
}

/** The call's result, or a rejection when time is up, whether or not the other side minds its signal. */
async function within<Result>(call: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`No answer within ${OUTSIDE_TIMEOUT_MS} ms; try again later.`);
      controller.abort(error);
      reject(error);
    }, OUTSIDE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([call(controller.signal), timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
