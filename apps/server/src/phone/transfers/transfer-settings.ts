import { z } from 'zod';
import { wholeNumber } from '../../config/whole-number.ts';

/** How callers are put through to people. */
export interface TransferSettings {
  /** Where the agent does not say itself how. */
  readonly mode: 'warm' | 'cold';
  /** What it takes of a person who was told what a call is about: a key, or staying on the line. */
  readonly accept: 'key' | 'answer';
  readonly ringMs: number;
  /** How long a caller waits for somebody at the console. */
  readonly inboxMs: number;
  /** A WAV in place of our own music; undefined: ours. */
  readonly musicPath: string | undefined;
}

export const transferSettingsShape = {
  // The person knows what it is about, and the caller is never put through to a mailbox.
  HANDOFF_MODE: z.enum(['warm', 'cold'], { error: 'must be warm or cold' }).default('warm').meta({
    description:
      'How calls are put through to people, where the agent does not say: warm (the person hears first what it is about, the caller hears music) or cold (at once, by the telephone network where it can).',
    example: 'warm',
  }),
  // Mailboxes and children do not press 1.
  HANDOFF_ACCEPT: z.enum(['key', 'answer'], { error: 'must be key or answer' }).default('key').meta({
    description:
      'What it takes of a person to get the call: key (they press 1, or 2 to refuse) or answer (they stay on the line; 2 refuses).',
    example: 'key',
  }),
  // Five rings: mailboxes mostly answer later, and longer nobody waits with music.
  HANDOFF_RING_SECONDS: wholeNumber(5, 60, 'must be a whole number from 5 to 60').default(25).meta({
    description: "How long a person's telephone rings, in seconds.",
    example: '25',
  }),
  HANDOFF_INBOX_SECONDS: wholeNumber(5, 90, 'must be a whole number from 5 to 90').default(30).meta({
    description: 'How long a caller waits for somebody at the console to take the call, in seconds.',
    example: '30',
  }),
  HOLD_MUSIC: z.string().trim().optional().meta({
    description:
      'File of what callers hear while they wait: a WAV of any rate, a second to three minutes; music of our own when not set.',
    example: '/etc/parley/music.wav',
  }),
};

const shape = z.object(transferSettingsShape);

/** This part of the configuration, once each setting is right. */
export function transferSettingsOf(settings: z.output<typeof shape>): TransferSettings {
  return {
    mode: settings.HANDOFF_MODE,
    accept: settings.HANDOFF_ACCEPT,
    ringMs: settings.HANDOFF_RING_SECONDS * 1000,
    inboxMs: settings.HANDOFF_INBOX_SECONDS * 1000,
    musicPath: settings.HOLD_MUSIC,
  };
}
