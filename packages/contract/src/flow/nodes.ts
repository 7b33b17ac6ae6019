import { z } from 'zod';
import { conditionSchema, nameSchema, valueSchema, wordingSchema } from './parts.ts';

/** The node that comes next, by its name in the same flow. */
const nextSchema = nameSchema.meta({ title: 'Next', description: 'The node that comes next.' });
const attemptsSchema = z
  .int()
  .min(1)
  .max(10)
  .default(3)
  .meta({ title: 'Attempts', description: 'Answers that were not understood before another way is taken.' });

/** A place in the designer; means nothing to the conversation. */
const placeSchema = z.strictObject({ x: z.number(), y: z.number() }).optional();
const common = {
  /** What the designer shows. */
  title: z.string().max(100).optional(),
  note: z.string().max(2000).optional(),
  place: placeSchema,
};

const startNode = z
  .strictObject({ type: z.literal('start'), ...common, next: nextSchema })
  .meta({ title: 'Start', description: 'Where the flow begins. Each flow has one.' });

const sayNode = z
  .strictObject({
    type: z.literal('say'),
    ...common,
    text: wordingSchema,
    ssml: wordingSchema
      .optional()
      .meta({ description: 'The same words for voices that read SSML, without a speak element.' }),
    tone: z.enum(['warm', 'neutral', 'energetic']).default('warm'),
    interruptible: z
      .boolean()
      .default(true)
      .meta({ description: 'No for what must be heard to its end, such as a legal line.' }),
    next: nextSchema,
  })
  .meta({ title: 'Say', description: 'Says something and goes on.' });

const askSchema = z.strictObject({
  slot: nameSchema,
  ask: wordingSchema.meta({ description: 'The question.' }),
  help: z
    .array(wordingSchema)
    .max(5)
    .default([])
    .meta({ description: 'Said before asking again, each with more help than the one before.' }),
  /** Asked only if this holds. */
  when: conditionSchema.optional(),
  /** Taken when it is mentioned, never asked for. */
  optional: z.boolean().default(false),
});

const checkSchema = z.strictObject({
  needs: z
    .array(nameSchema)
    .max(20)
    .default([])
    .meta({ description: 'Slots that must be filled before it is checked; those that it clears, if none is named.' }),
  look: z
    .strictObject({
      tool: nameSchema,
      input: z.record(z.string().max(100), valueSchema).default({}),
      result: nameSchema,
      timeoutMs: z.int().min(100).max(60_000).default(5000),
    })
    .optional()
    .meta({
      description:
        'A tool that reads is asked first, again each time its input is another: results.NAME. One that fails is no objection.',
    }),
  wrong: conditionSchema.meta({ description: 'What is wrong when this holds.' }),
  say: wordingSchema,
  clear: z.array(nameSchema).min(1).max(20).meta({ description: 'Slots that are asked for again.' }),
});

const deriveSchema = z.strictObject({
  /** What was just heard is in `results.heard`. */
  when: conditionSchema.optional(),
  slots: z.record(nameSchema, valueSchema).meta({ description: 'null empties a slot.' }),
});

const formNode = z
  .strictObject({
    type: z.literal('form'),
    ...common,
    slots: z.array(askSchema).min(1).max(40),
    derive: z
      .array(deriveSchema)
      .max(20)
      .default([])
      .meta({ description: 'Slots that follow from others, before the checks: a departure from arrival and nights.' }),
    checks: z.array(checkSchema).max(40).default([]),
    echo: wordingSchema.optional().meta({
      description: 'Said before the next question, of what was just heard: {% if results.heard.date %}.',
    }),
    attempts: attemptsSchema,
    next: nextSchema,
    stuck: nextSchema.optional().meta({ description: 'When nothing was understood too often; a person, if left out.' }),
  })
  .meta({
    title: 'Form',
    description:
      'Asks for slots until all are filled, in whatever order the caller says them; takes corrections and questions on the way.',
  });

const confirmNode = z
  .strictObject({
    type: z.literal('confirm'),
    ...common,
    text: wordingSchema.meta({ description: 'Reads back what will be done, and asks.' }),
    corrects: nameSchema
      .optional()
      .meta({ description: 'The form whose slots may still be corrected: "no, Thursday".' }),
    whatElse: wordingSchema
      .optional()
      .meta({ description: 'Asked after a plain no when there is something to correct.' }),
    attempts: attemptsSchema,
    yes: nextSchema,
    no: nextSchema,
    stuck: nextSchema.optional(),
  })
  .meta({ title: 'Confirm', description: 'Asks for a yes or a no.' });

const routeNode = z
  .strictObject({
    type: z.literal('route'),
    ...common,
    text: wordingSchema.optional().meta({ description: 'Asked before listening, the first time.' }),
    again: wordingSchema.optional().meta({ description: 'Asked when the conversation comes back here.' }),
    choices: z
      .array(z.strictObject({ intent: nameSchema, next: nextSchema }))
      .max(100)
      .default([])
      .meta({ description: "Intents with a way of their own here; others start their intent's flow and come back." }),
    attempts: attemptsSchema,
    stuck: nextSchema.optional(),
  })
  .meta({ title: 'Route', description: 'Listens, and goes where the intent leads.' });

const menuNode = z
  .strictObject({
    type: z.literal('menu'),
    ...common,
    text: wordingSchema,
    options: z
      .array(
        z.strictObject({
          digit: z
            .string()
            .regex(/^[0-9*#]$/)
            .optional(),
          names: wordingSchema.meta({ description: 'Words that choose it.' }),
          intent: nameSchema.optional(),
          set: z.record(nameSchema, valueSchema).default({}),
          next: nextSchema,
        }),
      )
      .min(1)
      .max(12),
    attempts: attemptsSchema,
    stuck: nextSchema.optional(),
  })
  .meta({ title: 'Menu', description: 'Offers a choice by key or by word.' });

const conditionNode = z
  .strictObject({
    type: z.literal('condition'),
    ...common,
    branches: z
      .array(z.strictObject({ when: conditionSchema, next: nextSchema }))
      .min(1)
      .max(50),
    otherwise: nextSchema,
  })
  .meta({ title: 'Condition', description: 'Goes the way of the first branch that holds.' });

const setNode = z
  .strictObject({
    type: z.literal('set'),
    ...common,
    slots: z.record(nameSchema, valueSchema).default({}).meta({ description: 'null empties a slot.' }),
    results: z.record(nameSchema, valueSchema).default({}),
    next: nextSchema,
  })
  .meta({ title: 'Set', description: 'Fills or empties slots and results.' });

const errorsSchema = z
  .array(z.strictObject({ codes: z.array(z.string().min(1).max(100)).min(1).max(20), next: nextSchema }))
  .max(20)
  .default([])
  .meta({ description: 'Ways on for outcomes that the tool names by their code.' });

const callNode = z
  .strictObject({
    type: z.literal('call'),
    ...common,
    tool: nameSchema,
    input: z.record(z.string().max(100), valueSchema).default({}),
    result: nameSchema.optional().meta({
      description: 'Where the outcome is kept: results.NAME. A failure keeps its code in results.NAME.error.',
    }),
    acted: nameSchema
      .optional()
      .meta({ description: "How the record names what was done; the tool's name, if left out." }),
    filler: wordingSchema.optional().meta({ description: 'Said first when looking it up takes a while.' }),
    timeoutMs: z.int().min(100).max(60_000).default(8000),
    next: nextSchema,
    errors: errorsSchema,
    failed: nextSchema.meta({ description: 'When it did not come about.' }),
  })
  .meta({ title: 'Call', description: 'Uses a tool or an integration.' });

const modelNode = z
  .strictObject({
    type: z.literal('model'),
    ...common,
    instructions: z.string().min(1).max(20_000).meta({ description: 'A Liquid template.' }),
    tools: z.array(nameSchema).max(50).default([]),
    /** Slots that the model fills from the conversation. */
    extract: z.array(nameSchema).max(40).default([]),
    converses: z
      .boolean()
      .default(false)
      .meta({ description: 'Keeps talking with the caller until it says that it is done.' }),
    maxTurns: z.int().min(1).max(50).default(10),
    next: nextSchema,
    failed: nextSchema,
  })
  .meta({ title: 'Language model', description: 'Lets a language model speak, use tools or fill slots.' });

const codeNode = z
  .strictObject({
    type: z.literal('code'),
    ...common,
    source: z
      .string()
      .min(1)
      .max(20_000)
      .meta({ description: 'JavaScript; gets `input`, returns JSON. Reaches nothing of the host.' }),
    input: z.record(z.string().max(100), valueSchema).default({}),
    result: nameSchema,
    deadlineMs: z.int().min(10).max(1000).default(100),
    next: nextSchema,
    failed: nextSchema,
  })
  .meta({ title: 'Code', description: 'Computes something.' });

const transferNode = z
  .strictObject({
    type: z.literal('transfer'),
    ...common,
    to: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('inbox') }),
        z.strictObject({ kind: z.literal('number'), number: z.string().max(40) }),
        z.strictObject({ kind: z.literal('sip'), address: z.string().max(200) }),
      ])
      .default({ kind: 'inbox' }),
    mode: z.enum(['warm', 'cold']).optional().meta({
      description:
        'On a call: warm tells the person first what it is about, while the caller hears music, and they may refuse; cold puts the caller through at once. The setting HANDOFF_MODE when not set.',
    }),
    text: wordingSchema.optional(),
    summary: z.string().max(4000).optional().meta({ description: 'A Liquid template: what the person is told.' }),
    failed: nextSchema.meta({ description: 'When nobody takes over.' }),
  })
  .meta({ title: 'Transfer', description: 'Hands the conversation to a person.' });

const flowNode = z
  .strictObject({ type: z.literal('flow'), ...common, flow: nameSchema, next: nextSchema })
  .meta({ title: 'Flow', description: 'Runs another flow and comes back.' });

const splitNode = z
  .strictObject({
    type: z.literal('split'),
    ...common,
    name: nameSchema.meta({
      description: 'Names the experiment in reports. The same caller always goes the same way.',
    }),
    branches: z
      .array(z.strictObject({ name: nameSchema, weight: z.number().positive().max(1000), next: nextSchema }))
      .min(2)
      .max(10),
  })
  .meta({ title: 'Split', description: 'Sends callers different ways, to compare them.' });

const returnNode = z
  .strictObject({ type: z.literal('return'), ...common })
  .meta({ title: 'Return', description: 'The flow is done; the one that started it goes on.' });

const endNode = z
  .strictObject({ type: z.literal('end'), ...common, text: wordingSchema.optional() })
  .meta({ title: 'End', description: 'Says goodbye and ends the conversation.' });

/** What a flow is made of. Each type's schema carries the title, description and defaults that the designer shows. */
export const nodeSchema = z.discriminatedUnion('type', [
  startNode,
  sayNode,
  formNode,
  confirmNode,
  routeNode,
  menuNode,
  conditionNode,
  setNode,
  callNode,
  modelNode,
  codeNode,
  transferNode,
  flowNode,
  splitNode,
  returnNode,
  endNode,
]);
export type FlowNode = z.infer<typeof nodeSchema>;
export type NodeType = FlowNode['type'];
export type NodeOf<Type extends NodeType> = Extract<FlowNode, { type: Type }>;
