/** A voice as `/v1/voices` and `/v2/voices` tell of it. */
export interface FakeVoice {
  readonly voice_id: string;
  readonly name: string;
  readonly category: 'premade' | 'cloned' | 'professional';
  readonly labels: Readonly<Record<string, string>>;
  readonly verified_languages: readonly {
    readonly language: string;
    readonly model_id: string;
    readonly accent: string | null;
    readonly locale: string | null;
    readonly preview_url: string | null;
  }[];
}

const premade = (voice_id: string, name: string, accent: string): FakeVoice => ({
  voice_id,
  name,
  category: 'premade',
  labels: { accent, language: 'en' },
  verified_languages: [],
});

const verified = (language: string, locale: string) => ({
  language,
  model_id: 'eleven_flash_v2_5',
  accent: 'standard',
  locale,
  preview_url: null,
});

/** The account's voices: some that all have, and two of its own. */
export const fakeVoices: readonly FakeVoice[] = [
  premade('EXAVITQu4vr4xnSDxMaL', 'Sarah', 'american'),
  premade('JBFqnCBsd6RMkjVDRZzb', 'George', 'british'),
  premade('cgSgspJ2msm6clMCkdW9', 'Jessica', 'american'),
  {
    voice_id: 'fakeMaiLanVietnamese',
    name: 'Mai Lan',
    category: 'professional',
    labels: { accent: 'hanoi' },
    verified_languages: [verified('vi', 'vi-VN')],
  },
  {
    voice_id: 'fakeOwnersOwnVoice01',
    name: 'The owner',
    category: 'cloned',
    labels: { language: 'de' },
    verified_languages: [],
  },
];

/** One page of them. */
export function voicesPage(query: URLSearchParams): object {
  const size = Math.min(100, Math.max(1, Number(query.get('page_size') ?? 10)));
  const from = Number(query.get('next_page_token') ?? 0);
  const to = from + size;
  const hasMore = to < fakeVoices.length;
  return {
    voices: fakeVoices.slice(from, to),
    has_more: hasMore,
    total_count: query.get('include_total_count') === 'false' ? 0 : fakeVoices.length,
    next_page_token: hasMore ? String(to) : null,
  };
}
