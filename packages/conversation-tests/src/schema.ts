import type { Digit } from '@parley/engine/ports/audio.ts';
import { z } from 'zod';
import type { ActionMatch, Expectation, Never, Spoken, Step, TextMatch } from './step.ts';

/** Longest wait that a step may ask for: three reminders of silence, and a slip of the keyboard does not hang a test. */
const maxWaitMs = 120_000;

const words = z.string().trim().min(1, 'is empty').max(2000);

const notADuration = 'is no duration: write 800ms, 1.5s, or a number of milliseconds';
const durationMs = z
  .union([z.number().min(0), z.string().regex(/^\d+(\.\d+)?\s*(ms|s)$/, notADuration)], {
    error: notADuration,
  })
  .transform(toMs)
  .refine((ms) => ms <= maxWaitMs, `is longer than ${maxWaitMs / 1000} s`);

const pattern = words.transform((text, context): TextMatch => {
  const found = /^\/(.+)\/([imsu]*)$/s.exec(text);
  if (found === null) return { kind: 'contains', text };
  try {
    return { kind: 'regex', regex: new RegExp(found[1] ?? '', [...new Set(`i${found[2] ?? ''}`)].join('')) };
  } catch (error) {
    context.addIssue({ code: 'custom', message: `is no regular expression: ${error}`, input: text });
    return z.NEVER;
  }
});

const patterns = z.array(pattern).min(1, 'is an empty list').max(50);

const textMatch = z
  .union(
    [
      pattern,
      patterns,
      z
        .strictObject({
          any_of: patterns.optional(),
          all_of: patterns.optional(),
          not: z.union([pattern, patterns]).optional(),
        })
        .refine((match) => Object.keys(match).length > 0, 'expects nothing'),
    ],
    { error: 'is neither a text, nor a list of texts, nor {any_of: […], all_of: […], not: …}' },
  )
  .transform((match): TextMatch => {
    if (Array.isArray(match)) return { kind: 'allOf', of: match };
    if ('kind' in match) return match;
    const of: TextMatch[] = [];
    if (match.any_of !== undefined) of.push({ kind: 'anyOf', of: match.any_of });
    if (match.all_of !== undefined) of.push({ kind: 'allOf', of: match.all_of });
    if (match.not !== undefined) of.push({ kind: 'noneOf', of: Array.isArray(match.not) ? match.not : [match.not] });
    return { kind: 'allOf', of };
  });

const data = z.record(z.string(), z.unknown());

const actionMatch = z
  .union([words, z.strictObject({ name: words, data: data.optional() })], {
    error: 'is neither the name of an action nor {name: …, data: {…}}',
  })
  .transform(
    (action): ActionMatch =>
      typeof action === 'string' ? { name: action, data: undefined } : { name: action.name, data: action.data },
  );

const neverOne = z.union(
  [
    pattern.transform((text): Never => ({ type: 'text', text })),
    z.strictObject({ text: textMatch }).transform(({ text }): Never => ({ type: 'text', text })),
    z.strictObject({ action: actionMatch }).transform(({ action }): Never => ({ type: 'action', action })),
  ],
  { error: 'is neither a text nor {text: …} nor {action: …}' },
);
export const neverSchema = z
  .union([neverOne, z.array(neverOne).max(50)], {
    error: 'is neither a text, {text: …}, {action: …}, nor a list of these',
  })
  .transform((never): readonly Never[] => (Array.isArray(never) ? never : [never]));

const expectationSchema = z
  .strictObject({
    text: textMatch.optional(),
    intent: words.optional(),
    slot: data.optional(),
    action: actionMatch.optional(),
    state: z.enum(['waiting', 'listening', 'processing', 'responding', 'ended']).optional(),
    heard: textMatch.optional(),
    within: durationMs.optional(),
    ended: z.enum(['completed', 'caller_left', 'silence', 'max_duration', 'abandoned', 'error', 'shutdown']).optional(),
    never: neverSchema.optional(),
  })
  .refine((expectation) => Object.values(expectation).some((value) => value !== undefined), 'expects nothing')
  .transform(({ within, ...rest }): Expectation => ({ ...rest, withinMs: within }));

const spoken = z.union(
  [
    words,
    z
      .array(z.union([words, z.strictObject({ pause: durationMs })]))
      .min(1)
      .max(50),
  ],
  {
    error: 'is neither a text nor a list of texts and {pause: …}',
  },
);
const after = { after: durationMs.optional(), after_ms: durationMs.optional() };

const keys = z.union([z.string(), z.int().min(0)]).transform((value, context): readonly Digit[] => {
  const pressed = [...String(value).replaceAll(' ', '')];
  const known = pressed.filter(isDigit);
  if (pressed.length > 0 && known.length === pressed.length && pressed.length <= 64) return known;
  context.addIssue({ code: 'custom', message: 'has other keys than 0–9, * and #', input: value });
  return z.NEVER;
});

/** How each step is written, by its first word. */
export const stepSchemas = {
  say: z.strictObject({ say: spoken }).transform(({ say }): Step => toSay(say, undefined)),
  interrupt: z
    .strictObject({
      interrupt: z.strictObject({ ...after, say: spoken.optional(), wav: words.optional(), press: keys.optional() }),
    })
    .transform(({ interrupt }, context): Step => {
      const { say, wav, press } = interrupt;
      const interruptAfterMs = interrupt.after ?? interrupt.after_ms ?? defaultAfterMs;
      const given = [say, wav, press].filter((value) => value !== undefined).length;
      if (given === 1 && say !== undefined) return toSay(say, interruptAfterMs);
      if (given === 1 && wav !== undefined) return { type: 'wav', path: wav, interruptAfterMs };
      if (given === 1 && press !== undefined) return { type: 'press', keys: press, interruptAfterMs };
      context.addIssue({
        code: 'custom',
        message: 'needs one of say, wav and press',
        input: interrupt,
        path: ['interrupt'],
      });
      return z.NEVER;
    }),
  wav: z
    .strictObject({ wav: z.union([words, z.strictObject({ file: words, text: words.optional() })]) })
    .transform(
      ({ wav }): Step =>
        typeof wav === 'string' ? { type: 'wav', path: wav } : { type: 'wav', path: wav.file, text: wav.text },
    ),
  pause: z.strictObject({ pause: durationMs }).transform((step): Step => ({ type: 'pause', durationMs: step.pause })),
  pause_ms: z
    .strictObject({ pause_ms: durationMs })
    .transform((step): Step => ({ type: 'pause', durationMs: step.pause_ms })),
  type: z.strictObject({ type: words }).transform((step): Step => ({ type: 'text', text: step.type })),
  press: z.strictObject({ press: keys }).transform(({ press }): Step => ({ type: 'press', keys: press })),
  noise: z.strictObject({ noise: soundSchema() }).transform(({ noise }) => toSound('noise', '', noise)),
  mumble: z.strictObject({ mumble: soundSchema() }).transform(({ mumble }) => toSound('mumble', '', mumble)),
  backchannel: z
    .strictObject({ backchannel: z.union([words, z.strictObject({ ...after, say: words.default('uh-huh') })]) })
    .transform(({ backchannel }): Step => {
      const text = typeof backchannel === 'string' ? backchannel : backchannel.say;
      const given = typeof backchannel === 'string' ? undefined : (backchannel.after ?? backchannel.after_ms);
      // A listener's word is said while the other speaks.
      return { type: 'sound', kind: 'backchannel', text, durationMs: 500, interruptAfterMs: given ?? defaultAfterMs };
    }),
  expect: z
    .strictObject({ expect: z.union([textMatch, expectationSchema]) })
    .transform(({ expect }): Step => ({ type: 'expect', expectation: 'kind' in expect ? { text: expect } : expect })),
  never: z.strictObject({ never: neverSchema }).transform(({ never }): Step => ({ type: 'never', never })),
  hang_up: z.strictObject({ hang_up: z.null() }).transform((): Step => ({ type: 'hangUp' })),
  lose_network: z.strictObject({ lose_network: z.null() }).transform((): Step => ({ type: 'loseNetwork' })),
  reconnect: z.strictObject({ reconnect: z.null() }).transform((): Step => ({ type: 'reconnect' })),
} as const;

/** What `expect` may be given beside a text; for errors that name the wrong word and not the whole step. */
export const expectSchema = z.strictObject({ expect: expectationSchema });

/** Steps that are one word. */
export const bareSteps = ['hang_up', 'lose_network', 'reconnect'] as const;

/** Everything of a file but its steps. */
export const headSchema = z.strictObject({
  $schema: z.string().optional(),
  name: words.optional(),
  agent: z.string().min(1).max(64).optional(),
  over: z
    .array(z.enum(['virtual', 'chat', 'audio']))
    .min(1)
    .optional(),
  now: z.iso.datetime({ offset: true, error: 'is no time such as 2026-11-21T10:00:00-05:00' }).optional(),
  time_zone: z.string().refine(isTimeZone, 'is no IANA time zone such as Europe/Berlin').optional(),
  voice: z.string().optional(),
  noise_db: z.number().min(-100).max(0).optional(),
  with: z
    .array(z.record(z.string(), z.union([z.string(), z.number()])))
    .min(1)
    .max(100)
    .optional(),
  never: neverSchema.optional(),
  // More steps than a long call has.
  steps: z.array(z.unknown()).min(1, 'is empty: a conversation needs at least one step').max(200),
});

/** A whole file, for editors. */
export const fileSchema = headSchema.extend({
  steps: z
    .array(z.union([z.enum(bareSteps), ...Object.values(stepSchemas)]))
    .min(1)
    .max(200),
});

/** A person has read the first words by then, and the agent still has some to say. */
const defaultAfterMs = 600;
/** A cough, a door. */
const defaultSoundMs = 400;

function soundSchema() {
  return z.union([durationMs, z.null(), z.strictObject({ ...after, for: durationMs.optional() })], {
    error: 'is neither a duration nor {for: …, after: …}',
  });
}

function toSound(
  kind: 'noise' | 'mumble',
  text: string,
  given: number | null | { for?: number | undefined; after?: number | undefined; after_ms?: number | undefined },
): Step {
  const options = typeof given === 'number' ? { for: given } : (given ?? {});
  const interruptAfterMs =
    'after' in options || 'after_ms' in options ? (options.after ?? options.after_ms) : undefined;
  return { type: 'sound', kind, text, durationMs: options.for ?? defaultSoundMs, interruptAfterMs };
}

function toSay(say: string | readonly (string | { pause: number })[], interruptAfterMs: number | undefined): Step {
  if (typeof say === 'string') return { type: 'say', text: say, interruptAfterMs };
  const parts: Spoken = say.map((part) => (typeof part === 'string' ? part : part.pause));
  const text = parts.filter((part) => typeof part === 'string').join(' ');
  return { type: 'say', text, parts, interruptAfterMs };
}

function toMs(duration: number | string): number {
  if (typeof duration === 'number') return duration;
  const number = Number.parseFloat(duration);
  return duration.endsWith('ms') ? number : number * 1000;
}

function isDigit(key: string): key is Digit {
  return /^[0-9*#]$/.test(key);
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
