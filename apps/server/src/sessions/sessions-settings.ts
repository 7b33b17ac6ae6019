import { z } from 'zod';

export interface SessionSettings {
  /** Conversations in text that may be live at once in this process; calls are counted apart. */
  readonly maxChats: number;
  /** A conversation in which nothing happens for this long is over. */
  readonly idleTimeoutMs: number;
}

export const sessionSettingsShape = {
  MAX_CHATS: wholeNumber(1, 100_000)
    // A chat costs some 100 kB and no processor while nobody types; a server is sized for 2,000 connections.
    .default(5000)
    .meta({
      description: 'Conversations in text that this server holds open at once; calls are limited by MAX_CONVERSATIONS.',
      example: '5000',
    }),
  SESSION_IDLE_SECONDS: wholeNumber(10, 86_400)
    // Half an hour: longer than it takes to look something up, shorter than somebody else takes to sit down at the page.
    .default(1800)
    .meta({
      description: 'A conversation in which nothing happens for this long is closed as abandoned.',
      example: '1800',
    }),
};

const settingsSchema = z.object(sessionSettingsShape);

export function sessionSettingsOf(settings: z.output<typeof settingsSchema>): SessionSettings {
  return { maxChats: settings.MAX_CHATS, idleTimeoutMs: settings.SESSION_IDLE_SECONDS * 1000 };
}

function wholeNumber(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .trim()
    .regex(/^\d+$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= most, message);
}
