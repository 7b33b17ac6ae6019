import { z } from 'zod';
import { agentSpeechSettingsSchema } from '../speech-settings.ts';
import { nodeSchema } from './nodes.ts';
import { languageSchema, nameSchema, pathSchema, wordingSchema } from './parts.ts';

export const slotTypes = [
  'text',
  'number',
  'digits',
  'money',
  'date',
  'time',
  'dateRange',
  'duration',
  'phone',
  'email',
  'account',
  'person',
  'list',
  'pattern',
  'yesNo',
] as const;
export type SlotType = (typeof slotTypes)[number];

/**
 * A piece of what the caller tells. Values are JSON: days `2026-11-27`, times `15:00`, telephone numbers `+442079460000`, money
 * `{ amount, currency }`, day ranges `{ from, to }`, durations in ISO 8601, lists the value of the entry.
 */
export const slotSchema = z.strictObject({
  type: z.enum(slotTypes),
  title: wordingSchema.optional().meta({ description: 'How callers name it: "change the day".' }),
  /** For `list` and `pattern`. */
  list: nameSchema.optional(),
  entries: pathSchema.optional().meta({
    description:
      'For a list that a tool gave, in place of `list`: results.NAME.FIELD, each entry with its value and names.',
  }),
  pattern: z.string().max(500).optional(),
  /** A day or time slot that takes the beginning or the end of a range, when a range is said. */
  part: z.enum(['from', 'to']).optional(),
  unit: wordingSchema.optional().meta({
    description:
      'What a number counts: "adults". Unless it was asked for, only a number with such a word after it is taken; "for …" stands before.',
  }),
  /** Where an unclear "at three" or "Friday" lies. */
  prefer: z.enum(['future', 'past']).default('future'),
  hours: z
    .strictObject({ from: z.string().regex(/^\d\d:\d\d$/), to: z.string().regex(/^\d\d:\d\d$/) })
    .optional()
    .meta({ description: 'Times are meant to lie here: "at three" is 15:00 in a shop.' }),
  /** Digits, letters or characters; for digits, account and text. */
  length: z.strictObject({ min: z.int().min(1).max(1000), max: z.int().min(1).max(1000) }).optional(),
  /**
   * When it is taken: from answers to its own question only, from anything said while its form is open, or from anything said.
   */
  heard: z.enum(['asked', 'form', 'always']).default('form'),
  scope: z
    .enum(['conversation', 'flow'])
    .default('conversation')
    .meta({ description: 'Flow: emptied when the flow begins anew.' }),
  privacy: z
    .enum(['open', 'personal', 'secret'])
    .default('open')
    .meta({ description: 'Personal data is redacted from exports; a secret is never shown or stored in the record.' }),
});
export type Slot = z.infer<typeof slotSchema>;

export const listEntrySchema = z.strictObject({
  value: z.string().min(1).max(200),
  /** The names by which callers call it, the first being the one that is said. */
  names: wordingSchema,
});

/** What a global intent does, wherever the conversation stands. */
export const globalActions = ['cancel', 'help', 'human', 'repeat', 'startOver', 'goodbye'] as const;

export const intentSchema = z.strictObject({
  title: wordingSchema.optional().meta({ description: 'Completes "Did you mean …?": "book an appointment".' }),
  /** By language; `{slot}` stands for a value of the slot. */
  examples: z.record(languageSchema, z.array(z.string().min(1).max(500)).max(2000)).default({}),
  /** Started wherever the conversation stands; afterwards it goes on where it was. */
  flow: nameSchema.optional(),
  /** What it does everywhere, unless it has a flow. */
  does: z.enum(globalActions).optional(),
});

export const flowSchema = z.strictObject({
  title: z.string().max(100).optional(),
  description: z.string().max(2000).optional(),
  nodes: z.record(nameSchema, nodeSchema),
});
export type Flow = z.infer<typeof flowSchema>;

export const understandingSettingsSchema = z.strictObject({
  /** Below it the caller is asked. */
  leastConfidence: z.number().min(0).max(1).default(0.7),
  /** A runner-up nearer than this makes it unclear. */
  leastLead: z.number().min(0).max(1).default(0.1),
});

/** An agent as data: what the designer edits, what is versioned and published, and what the runner runs. */
export const agentDefinitionSchema = z.strictObject({
  format: z.literal(1),
  id: nameSchema,
  name: z.string().min(1).max(100),
  description: z.string().max(2000).default(''),
  /** The first is the default. */
  languages: z.array(languageSchema).min(1).max(20),
  /** The voice by language; the synthesizer's own where left out. */
  voices: z.record(languageSchema, z.string().max(100)).default({}),
  speech: agentSpeechSettingsSchema.optional().meta({
    description: "Who listens and speaks in its conversations, in place of what the organization's settings say.",
  }),
  /** Country of telephone numbers without a country code: ISO 3166. */
  region: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default('US'),
  /** IANA zone of the place that it speaks for; the caller's, if left out. */
  timeZone: z.string().max(64).optional(),
  understanding: understandingSettingsSchema.prefault({}),
  intents: z.record(nameSchema, intentSchema).default({}),
  slots: z.record(nameSchema, slotSchema).default({}),
  lists: z.record(nameSchema, z.array(listEntrySchema).max(2000)).default({}),
  records: z.boolean().optional().meta({
    description: 'Its calls are recorded, unless the organization decides for all agents; not when left out.',
  }),
  /** Sentences of the runner itself, in place of its own: see docs/flows.md for their names. */
  wordings: z.record(nameSchema, wordingSchema).default({}),
  /** Facts for templates: `conversation.facts.address`. */
  facts: z.record(nameSchema, z.union([z.string(), z.number(), z.boolean(), wordingSchema])).default({}),
  flows: z.record(nameSchema, flowSchema),
  /** The flow that begins. */
  start: nameSchema.default('main'),
});
export type AgentDefinition = z.infer<typeof agentDefinitionSchema>;
