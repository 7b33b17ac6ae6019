import type { z } from 'zod';
import type { AnyTool, Json, JsonObject } from '../tools/tool.ts';
import type { Spent } from './limits.ts';
import type { SentenceRails } from './rails/check-sentence.ts';
import type { ClaimKind, claimKinds } from './rails/claim-rules.ts';
import type { Model } from './stream-answer.ts';

/** What a model may not do, beyond what it may not say. */
export interface Rails extends SentenceRails {
  /**
   * Which tools make which claims true: "I have booked it" after `create_booking`. A kind that is left out is made true by the
   * `changes` tools whose names speak of it, or by any of them, if no name does.
   */
  readonly fulfils: Readonly<Partial<Record<ClaimKind, readonly string[]>>>;
  /** Tools that are used only if the same was proposed to the caller in an earlier turn: payments, cancellations. */
  readonly confirmFirst: readonly string[];
  /** Tools whose results hold words of strangers (web pages, mail): after one, nothing is changed in the same turn. */
  readonly untrusted: readonly string[];
}

/** Who speaks: the model, what it is told, and what it can do. */
export interface Persona {
  readonly id: string;
  readonly model: Model;
  readonly instructions: string;
  readonly tools: readonly AnyTool[];
  readonly controls: readonly Control[];
  readonly rails: Rails;
}

/** One use of a tool, as the model is shown it again in later turns. */
export interface ToolNote {
  readonly turnNumber: number;
  readonly tool: string;
  readonly input: Json;
  readonly result: Json;
  readonly failed: boolean;
}

/** Something that was proposed to the caller and may be done when they agree. */
export interface Proposal {
  readonly tool: string;
  /** Of the input. */
  readonly hash: string;
  readonly turnNumber: number;
}

export type ModelStepOutput =
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'acted'; readonly name: string; readonly data: JsonObject }
  /** Somebody is rung, for up to so long. */
  | { readonly type: 'waiting'; readonly upToMs: number }
  /** To be kept for later turns. */
  | { readonly type: 'noted'; readonly note: ToolNote }
  /** What the model took from the caller's words. */
  | { readonly type: 'slots'; readonly slots: JsonObject }
  /** Last output. */
  | {
      readonly type: 'over';
      readonly outcome: StepOutcome;
      readonly personaId: string;
      readonly spent: Spent;
      /** New ones, and those of earlier turns that were carried out. */
      readonly proposals: readonly Proposal[];
      readonly carriedOut: readonly Proposal[];
    };

export type StepOutcome =
  | { readonly kind: 'answered' }
  /** A control ended it. */
  | { readonly kind: 'stopped'; readonly by: string; readonly value: Json }
  /** The budget is spent; the last words are still to be said. */
  | { readonly kind: 'exhausted'; readonly budget: 'turn' | 'conversation' };

/** Something that a model asks of the dialogue itself: to hand over, to begin a flow, to end. */
export interface Control {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType;
  readonly fulfils: readonly ClaimKind[];
  use(input: unknown): AsyncGenerator<ModelStepOutput, ControlOutcome>;
}

export type ControlOutcome =
  | { readonly kind: 'result'; readonly value: Json; readonly failed: boolean }
  | { readonly kind: 'persona'; readonly persona: Persona; readonly value: Json }
  | { readonly kind: 'stop'; readonly value: Json };

/** A control whose input is checked before it is used. */
export function control<Input>(definition: {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType<Input>;
  readonly fulfils?: readonly ClaimKind[];
  readonly run: (input: Input) => AsyncGenerator<ModelStepOutput, ControlOutcome> | ControlOutcome;
}): Control {
  const { name, description, input, fulfils = [], run } = definition;
  return {
    name,
    description,
    input,
    fulfils,
    async *use(raw) {
      const read = input.safeParse(raw);
      if (read.success) {
        const running = run(read.data);
        return 'kind' in running ? running : yield* running;
      }
      const wrong = read.error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`).join('; ');
      return { kind: 'result', value: { error: 'tool_input_wrong', message: wrong.slice(0, 500) }, failed: true };
    },
  };
}

/** The names of the tools and controls that make such a claim true. */
export function fulfilling({ tools, controls, rails }: Persona, kind: ClaimKind): readonly string[] {
  const named = controls.filter(({ fulfils }) => fulfils.includes(kind)).map(({ name }) => name);
  const own = rails.fulfils[kind];
  if (own !== undefined) return [...named, ...own];
  // That a person takes over is never the side effect of something else.
  if (kind === 'handOff') return named;
  const changing = tools.filter(({ effect }) => effect === 'changes').map(({ name }) => name);
  const speaking = changing.filter((name) => nameStems[kind].test(name));
  return [...named, ...(speaking.length > 0 ? speaking : changing)];
}

const nameStems: Readonly<Record<(typeof claimKinds)[number], RegExp>> = {
  handOff: /hand_?off|transfer_?to/i,
  book: /book|reserv|appoint|schedul/i,
  cancel: /cancel/i,
  change: /change|update|move|modif|reschedul/i,
  send: /send|mail|sms|message|notif/i,
  pay: /pay|transfer|refund/i,
  block: /block|freeze|lock|lost/i,
  order: /order/i,
  callBack: /call_?back/i,
};
