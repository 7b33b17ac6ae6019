import { WireError } from '@parley/contract/errors.ts';
import type { Transaction } from '../storage/database.ts';
import type { Mailer } from './mailer.ts';
import { replaceOneTimeToken, type StoredOneTimeToken, useOneTimeToken } from './one-time-tokens-repository.ts';
import { hashSecret, makeSecret } from './secrets.ts';
import type { StoredUser } from './users-repository.ts';

export type LinkPurpose = StoredOneTimeToken['purpose'];

export interface LinkOptions {
  readonly invitationLifeMs: number;
  /** Of one that a user asked for and was sent. */
  readonly resetLifeMs: number;
  /** Of one that an admin made and hands on. */
  readonly adminResetLifeMs: number;
  /** The longest that sending may take. */
  readonly sendTimeoutMs: number;
  /** Mails under way whose sending nobody waits for; beyond, none is sent. */
  readonly maxSending: number;
}

export const linkDefaults: LinkOptions = {
  // A week of holidays.
  invitationLifeMs: 7 * 24 * 3_600_000,
  resetLifeMs: 3_600_000,
  adminResetLifeMs: 24 * 3_600_000,
  sendTimeoutMs: 10_000,
  maxSending: 20,
};

/** A link that works once. */
export interface Link {
  readonly url: string;
  readonly expiresAt: Date;
}

/** What became of a link: it is shown only when it was not sent. */
export interface DeliveredLink {
  readonly delivery: 'email' | 'link';
  readonly url: string | null;
  readonly expires_at: string;
}

export interface Links {
  /** Whether this server sends mail. */
  readonly sendsMail: boolean;
  /** Make a link; earlier ones of that purpose for the user work no more. */
  create(transaction: Transaction, user: StoredUser, purpose: LinkPurpose, lifeMs: number): Promise<Link>;
  /** Use a link's token up. For `acrossOrganizations`. @throws WireError `link_invalid` */
  use(transaction: Transaction, token: string, purpose: LinkPurpose): Promise<StoredOneTimeToken>;
  /** After the commit: send it, or give it back to be handed on. A mail that cannot be sent is given back too. */
  deliver(link: Link, user: StoredUser, purpose: LinkPurpose): Promise<DeliveredLink>;
  /** As `deliver`, but nobody waits: so that the time of an answer does not tell whether there was anything to send. */
  send(link: Link, user: StoredUser, purpose: LinkPurpose): void;
}

/** Tokens stand behind the `#` of an address, which browsers send to no server and so to no log. */
export function createLinks(parts: {
  readonly publicUrl: string;
  readonly mailer: Mailer | undefined;
  readonly onError: (error: unknown, what: string) => void;
  readonly options?: LinkOptions;
  readonly nowMs?: () => number;
}): Links {
  const { publicUrl, mailer, onError, options = linkDefaults, nowMs = Date.now } = parts;
  let sending = 0;

  const mail = async (link: Link, user: StoredUser, purpose: LinkPurpose): Promise<boolean> => {
    if (mailer === undefined) return false;
    try {
      await mailer.send({ to: user.email, ...texts[purpose](link, user) }, AbortSignal.timeout(options.sendTimeoutMs));
      return true;
    } catch (error) {
      onError(error, 'a mail could not be sent');
      return false;
    }
  };

  return {
    sendsMail: mailer !== undefined,
    create: async (transaction, user, purpose, lifeMs) => {
      const token = makeSecret('link');
      const expiresAt = new Date(nowMs() + lifeMs);
      const { userId, organizationId } = user;
      await replaceOneTimeToken(transaction, {
        tokenHash: hashSecret(token),
        organizationId,
        userId,
        purpose,
        expiresAt,
      });
      return { url: `${publicUrl}/#${fragments[purpose]}=${token}`, expiresAt };
    },
    use: async (transaction, token, purpose) => {
      const used = await useOneTimeToken(transaction, hashSecret(token), purpose);
      if (used === undefined || used.expiresAt.getTime() <= nowMs()) throw new WireError('link_invalid');
      return used;
    },
    deliver: async (link, user, purpose) => {
      const isSent = await mail(link, user, purpose);
      return {
        delivery: isSent ? 'email' : 'link',
        url: isSent ? null : link.url,
        expires_at: link.expiresAt.toISOString(),
      };
    },
    send: (link, user, purpose) => {
      if (sending >= options.maxSending)
        return onError(new Error('Too many mails are under way.'), 'a mail was not sent');
      sending += 1;
      void mail(link, user, purpose).finally(() => {
        sending -= 1;
      });
    },
  };
}

const fragments: Readonly<Record<LinkPurpose, string>> = { invitation: 'invitation', password_reset: 'password-reset' };

const texts: Readonly<Record<LinkPurpose, (link: Link, user: StoredUser) => { subject: string; text: string }>> = {
  invitation: ({ url, expiresAt }, { name }) => ({
    subject: 'You are invited to Parley',
    text: `Hello ${name},\n\nyou were invited to Parley. Choose a password here:\n\n${url}\n\nThe link works once, until ${expiresAt.toUTCString()}.\n`,
  }),
  password_reset: ({ url, expiresAt }, { name }) => ({
    subject: 'Set a new password for Parley',
    text: `Hello ${name},\n\nset a new password here:\n\n${url}\n\nThe link works once, until ${expiresAt.toUTCString()}. If you did not ask for it, leave it: your password stays as it is.\n`,
  }),
};
