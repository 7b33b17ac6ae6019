import type { SpeechSettings } from '@parley/contract/speech-settings.ts';
import { speaksLanguage } from '@parley/speech/provider/languages.ts';
import { type Accounts, listEngines, parseEngineChoice } from '@parley/speech/registry.ts';
import { writeEngineChoice } from '@parley/speech/router/engine-directory.ts';
import type { SpeechRouter } from '@parley/speech/router/speech-router.ts';
import { accountFields } from './tenant-account.ts';

export interface ListedVoice {
  readonly engine: string;
  readonly voice: string;
  readonly title: string;
  readonly language: string;
}

export interface VoiceListParts {
  readonly router: Pick<SpeechRouter, 'forConversation'>;
  /** The server's own voices, as its settings name them. */
  readonly own: readonly string[];
  /** Whether an engine, as the organization names it, is for whoever runs the server. */
  readonly isReserved: (engine: string) => boolean;
  readonly organizationId: string;
  readonly settings: SpeechSettings | undefined;
  readonly accounts: Accounts;
  readonly language: string | undefined;
}

/** The voices of all engines that are named, and of those with whose provider there is an account. */
export function listVoicesOf({
  router,
  own,
  isReserved,
  organizationId,
  settings,
  accounts,
  language,
}: VoiceListParts): ListedVoice[] {
  const named = new Set(
    [...own, ...namedIn(settings).filter((engine) => !isReserved(engine)), ...withAccount(accounts)].map((one) =>
      writeEngineChoice(parseEngineChoice(one)),
    ),
  );
  return [...named].flatMap((id) => {
    const choice = parseEngineChoice(id);
    try {
      const { synthesizer } = router.forConversation({
        organizationId,
        conversationId: undefined,
        agentId: undefined,
        accounts,
        plan: {
          language: language ?? 'en',
          recognizers: [],
          voices: [{ id, choice, provider: providerOf(choice.name), voice: undefined }],
          cache: false,
          hedge: false,
          leftOut: [],
        },
        onUsage: () => {},
      });
      return synthesizer.voices
        .filter((voice) => language === undefined || speaksLanguage([voice.language], language))
        .map((voice) => ({ engine: id, voice: voice.id, title: voice.title, language: voice.language }));
    } catch {
      // One whose account, options or program are wrong says so where it is set; the others are shown.
      return [];
    }
  });
}

function providerOf(name: string): string {
  return listEngines('synthesizer').find((engine) => engine.name === name)?.provider.name ?? name;
}

function namedIn({ voices = [], by_locale: byLocale = {} }: SpeechSettings = {}): readonly string[] {
  return [...voices, ...Object.values(byLocale).flatMap((named) => named.voices ?? [])].map((voice) =>
    typeof voice === 'string' ? voice : voice.engine,
  );
}

function withAccount(accounts: Accounts): readonly string[] {
  return listEngines('synthesizer').flatMap(({ name, provider }) =>
    Object.hasOwn(accounts, provider.name) && !accountFields(provider).isEmpty ? [name] : [],
  );
}
