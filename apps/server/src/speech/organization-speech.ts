import { type SpeechSettings, speechSettingsSchema } from '@parley/contract/speech-settings.ts';
import { createTimedCache } from '../identity/timed-cache.ts';
import type { OrganizationSpeechRepository } from './organization-speech-repository.ts';

/** What organizations say about ears and voices, as conversations need it: at hand. */
export interface OrganizationSpeech {
  /** Undefined: the server's own settings hold. */
  of(organizationId: string): Promise<SpeechSettings | undefined>;
  /** Look again at the next use. */
  forget(organizationId: string): void;
}

/** A change of settings counts after this long at most, on every server. */
const freshForMs = 5000;
const maxKept = 10_000;

export function createOrganizationSpeech(
  repository: OrganizationSpeechRepository,
  onError: (error: unknown, context: string) => void,
): OrganizationSpeech {
  const fresh = createTimedCache<Known>({ maxEntries: maxKept, freshForMs });
  const latest = createTimedCache<Known>({ maxEntries: maxKept, freshForMs: Number.POSITIVE_INFINITY });
  return {
    of: async (organizationId) => {
      const known = fresh.get(organizationId);
      if (known !== undefined) return known.settings;
      const read = await look(organizationId);
      fresh.set(organizationId, read);
      latest.set(organizationId, read);
      return read.settings;
    },
    forget: (organizationId) => fresh.delete(organizationId),
  };

  async function look(organizationId: string): Promise<Known> {
    try {
      const stored = await repository.read(organizationId);
      const read = speechSettingsSchema.optional().safeParse(stored);
      // What an earlier version stored and means nothing any more must not keep callers from being heard.
      if (!read.success) onError(read.error, `the speech settings of the organization ${organizationId}`);
      return { settings: read.data };
    } catch (error) {
      const before = latest.get(organizationId);
      if (before === undefined) throw error;
      onError(error, 'the speech settings of an organization; going on with those known');
      return before;
    }
  }
}

interface Known {
  readonly settings: SpeechSettings | undefined;
}
