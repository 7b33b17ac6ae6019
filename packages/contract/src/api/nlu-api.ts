import { z } from 'zod';
import { defineRoute } from './route.ts';

export const parseText = defineRoute({
  id: 'parse_text',
  method: 'POST',
  path: '/v1/nlu/parse',
  tag: 'Understanding',
  summary: 'What a text means to an agent',
  access: { kind: 'permission', permission: 'nlu:read' },
  input: z.object({
    body: z.object({
      text: z.string().min(1).max(2000),
      language: z.string().max(35).default('en-US').meta({ description: 'BCP 47.' }),
      context: z
        .object({
          agent_id: z
            .string()
            .max(64)
            .optional()
            .meta({ description: "By whose intents; the server's default agent when left out." }),
          flow_id: z.uuid().optional().meta({ description: 'A published flow, in place of `agent_id`.' }),
          expected_intents: z.array(z.string().max(200)).max(50).default([]),
          slot_asked: z.string().max(200).optional().meta({ description: 'The slot that the text answers.' }),
          time_zone: z.string().max(64).default('UTC'),
        })
        .prefault({}),
    }),
  }),
  reply: {
    status: 200,
    schema: z.object({
      intent: z.object({
        name: z.string().nullable().meta({ description: 'Null: none of them was meant.' }),
        confidence: z.number().min(0).max(1),
      }),
      ranking: z.array(z.object({ name: z.string(), confidence: z.number() })),
      entities: z.array(
        z.object({
          entity_type: z.string(),
          value: z.unknown(),
          text: z.string(),
          confidence: z.number().min(0).max(1),
          start_char: z.int(),
          end_char: z.int(),
        }),
      ),
      sentiment: z.object({ label: z.enum(['positive', 'neutral', 'negative']), score: z.number().min(-1).max(1) }),
    }),
  },
  errors: ['agent_not_found', 'language_not_understood'],
});
