import type { ListProvidersOutput, ListVoicesOutput } from '@parley/client/generated/api.ts';

export type ProviderView = ListProvidersOutput['providers'][number];
export type ListedVoice = ListVoicesOutput['voices'][number];

/** Something to choose from a list. */
export interface Offer {
  readonly value: string;
  readonly title: string;
}

/** Who can be named as recogniser: those whose provider needs no account, and those with which there is one. */
export function offeredRecognizers(providers: readonly ProviderView[]): readonly Offer[] {
  return offered(providers, ({ recognizers }) => recognizers);
}

/** Who can be named as voice: the same, and those with options that the server's settings or one's own name. */
export function offeredSynthesizers(
  providers: readonly ProviderView[],
  voices: readonly ListedVoice[],
): readonly Offer[] {
  const bare = offered(providers, ({ synthesizers }) => synthesizers);
  const named = new Set(voices.map(({ engine }) => engine).filter((engine) => engine.includes('?')));
  return [...bare, ...[...named].map((engine) => ({ value: engine, title: titleOf(engine, bare) }))];
}

function offered(
  providers: readonly ProviderView[],
  enginesOf: (provider: ProviderView) => readonly { readonly name: string; readonly title: string }[],
): readonly Offer[] {
  return providers
    .filter(({ account }) => account.source !== 'none')
    .flatMap((provider) => enginesOf(provider).map(({ name, title }) => ({ value: name, title })));
}

/** How people call an engine that is written with its options: `Deepgram Nova (model=nova-2)`. */
export function titleOf(engine: string, offers: readonly Offer[]): string {
  const at = engine.indexOf('?');
  const name = at < 0 ? engine : engine.slice(0, at);
  const title = offers.find(({ value }) => value === name)?.title ?? name;
  return at < 0 ? title : `${title} (${engine.slice(at + 1).replaceAll('&', ', ')})`;
}

/** An engine's voices for a language: its speakers first, then the others, many of whom speak it too. */
export function voicesFor(
  voices: readonly ListedVoice[],
  engine: string,
  language: string | undefined,
): { readonly native: readonly ListedVoice[]; readonly other: readonly ListedVoice[] } {
  const ofEngine = voices.filter((voice) => voice.engine === engine);
  const isNative = (voice: ListedVoice) => language === undefined || primary(voice.language) === primary(language);
  return { native: ofEngine.filter(isNative), other: ofEngine.filter((voice) => !isNative(voice)) };
}

/** The languages of the voices that there are, by their names; a language comes with each of its regions that has a voice. */
export function languagesOf(voices: readonly ListedVoice[]): readonly Offer[] {
  const tags = new Set(voices.map(({ language }) => language).filter(isTag));
  return [...tags]
    .map((value) => ({ value, title: languageTitle(value) }))
    .toSorted((one, other) => one.title.localeCompare(other.title));
}

/** Its English name, or the tag itself where there is none. */
export function languageTitle(tag: string): string {
  return isTag(tag) ? (names.of(tag) ?? tag) : tag;
}

const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' });

function isTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

function primary(tag: string): string {
  return tag.split('-', 1)[0]?.toLowerCase() ?? '';
}

/** Something to say that tells how a voice sounds, in its language where we have it. */
export function sentenceIn(language: string): string {
  return sentences.get(primary(language)) ?? 'Hello! Your appointment is on Friday at three. Is that right?';
}

const sentences: ReadonlyMap<string, string> = new Map([
  ['de', 'Guten Tag! Ihr Termin ist am Freitag um drei Uhr. Ist das richtig?'],
  ['es', '¡Hola! Su cita es el viernes a las tres. ¿Es correcto?'],
  ['fr', 'Bonjour ! Votre rendez-vous est vendredi à trois heures. C’est bien cela ?'],
  ['vi', 'Xin chào! Lịch hẹn của bạn là thứ Sáu lúc ba giờ. Như vậy đúng không ạ?'],
]);
