import type { ReferOutcome } from '@parley/channels/phone/phone-leg.ts';
import { z } from 'zod';
import type { TwilioParams } from '../../edge/signatures/twilio-signature.ts';
import { callStatusSchema } from './twilio-rest.ts';

/** What Twilio tells in its requests; fields that nothing is done with are left out, and new ones come without notice. */

/** No control characters: they are kept, and nobody's number or name has one. */
const text = (most: number) =>
  z
    .string()
    .max(most)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
    .regex(/^[^\u0000-\u001f\u007f]*$/);
const sid = z.string().regex(/^[A-Za-z0-9_-]{2,64}$/);
const whole = z.coerce.number().int().min(0).max(1_000_000);

export const voiceRequestSchema = z.object({
  CallSid: sid,
  AccountSid: sid,
  From: text(300).default(''),
  To: text(300).default(''),
  CallerName: text(300).optional(),
  SipDomain: text(300).optional(),
});

export const statusRequestSchema = z.object({ CallSid: sid, CallStatus: callStatusSchema });

export const actionRequestSchema = z.object({
  CallSid: sid,
  From: text(300).default(''),
  To: text(300).default(''),
  Direction: text(40).optional(),
  SipDomain: text(300).optional(),
  CallStatus: callStatusSchema.optional(),
  DialCallStatus: text(40).optional(),
  ReferCallStatus: text(40).optional(),
  ReferSipResponseCode: whole.optional().catch(undefined),
  NotifySipResponseCode: whole.optional().catch(undefined),
});
export type ActionRequest = z.infer<typeof actionRequestSchema>;

export const machineRequestSchema = z.object({ CallSid: sid, AnsweredBy: text(40).default('unknown') });

export const recordingRequestSchema = z.object({
  CallSid: sid,
  RecordingStatus: text(40).default('completed'),
  RecordingUrl: z.url({ protocol: /^https?$/ }).max(500),
  /** Whole seconds. */
  RecordingDuration: whole.optional().catch(undefined),
});

export const streamStatusRequestSchema = z.object({
  CallSid: sid,
  StreamEvent: text(60),
  StreamError: text(500).optional(),
});

/** What is in the addresses that we gave Twilio. */
export const ownQuerySchema = z.object({
  transfer: z.uuid().optional(),
  dial: z.uuid().optional(),
  conversation: z.uuid().optional(),
  times: whole.default(0),
});

/** More fields than any request of Twilio has, SIP headers and all. */
const maxFields = 500;

/** A form's fields; of one that came more than once a list. */
export function readForm(body: string): TwilioParams {
  const fields = new Map<string, string | string[]>();
  let count = 0;
  for (const [name, value] of new URLSearchParams(body)) {
    count += 1;
    if (count > maxFields) break;
    const before = fields.get(name);
    if (before === undefined) fields.set(name, value);
    else if (typeof before === 'string') fields.set(name, [before, value]);
    else before.push(value);
  }
  return Object.fromEntries(fields);
}

/** Numbers that are none: the words ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE on the keys of a telephone. */
const hiddenNumbers: ReadonlySet<string> = new Set([
  '+266696687',
  '+7378742833',
  '+2562533',
  '+8656696',
  '+86282452253',
]);

/** `+353861234567`, the user of a SIP address, or `anonymous` for those who hide their number. */
export function partyOf(address: string): string {
  if (hiddenNumbers.has(address)) return 'anonymous';
  const user = /^sips?:([^@;>]+)@/i.exec(address)?.[1];
  if (user === undefined) return address;
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

/** What came of a transfer, by what `<Dial>` or `<Refer>` found out. */
export function transferResult(request: ActionRequest): ReferOutcome {
  const { DialCallStatus: dialled, ReferCallStatus: referred, NotifySipResponseCode: code } = request;
  if (dialled !== undefined) {
    if (dialled === 'completed' || dialled === 'answered') return { type: 'answered' };
    const reason =
      dialled === 'busy' ? 'busy' : dialled === 'no-answer' || dialled === 'canceled' ? 'no_answer' : undefined;
    return { type: 'failed', reason: reason ?? 'unreachable' };
  }
  if (code !== undefined && code >= 200 && code < 300) return { type: 'answered' };
  if (referred === 'completed' && (code === undefined || code === 0)) return { type: 'answered' };
  return { type: 'failed', reason: bySipCode(code ?? request.ReferSipResponseCode ?? 0) };
}

function bySipCode(code: number): Extract<ReferOutcome, { readonly type: 'failed' }>['reason'] {
  if (code === 486 || code === 600) return 'busy';
  if (code === 408 || code === 480 || code === 487) return 'no_answer';
  if (code === 403 || code === 603) return 'refused';
  if (code === 405 || code === 501) return 'not_supported';
  return 'unreachable';
}

/** Who answered, by `AnsweredBy`: `human`, `machine_start`, `machine_end_beep`, `fax`, `unknown`. */
export function answererOf(answeredBy: string): 'person' | 'machine' | 'unknown' {
  if (answeredBy === 'human') return 'person';
  return answeredBy.startsWith('machine') || answeredBy === 'fax' ? 'machine' : 'unknown';
}
