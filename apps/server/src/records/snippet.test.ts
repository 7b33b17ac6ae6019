import { describe, expect, it } from 'vitest';
import { searchedWords, snippetOf } from './snippet.ts';

const marked = (snippet: { readonly text: string; readonly highlights: readonly { start: number; end: number }[] }) =>
  snippet.highlights.map(({ start, end }) => snippet.text.slice(start, end));

describe('what a search shows of a turn', () => {
  it('marks the words that were asked for, with their own capitals and marks', () => {
    const words = searchedWords("'dat' <-> 'ban' & !'huy'");
    const snippet = snippetOf({ turnNumber: 3, userText: 'Tôi muốn ĐẶT BÀN, không hủy', botText: 'Vâng ạ' }, words);
    expect(snippet).toMatchObject({ turn_number: 3, speaker: 'user', text: 'Tôi muốn ĐẶT BÀN, không hủy' });
    expect(marked(snippet)).toEqual(['ĐẶT', 'BÀN']);
  });

  it('marks words whose marks are written apart from their letters', () => {
    const apart = 'Đặt bàn'.normalize('NFD');
    expect(marked(snippetOf({ turnNumber: 1, userText: apart, botText: '' }, searchedWords("'dat'")))).toEqual([
      'Đặt'.normalize('NFD'),
    ]);
  });

  it('shows the side that said more of them', () => {
    const words = searchedWords("'table' & 'seven'");
    const snippet = snippetOf({ turnNumber: 2, userText: 'a table', botText: 'A table at seven, then.' }, words);
    expect([snippet.speaker, marked(snippet)]).toEqual(['bot', ['table', 'seven']]);
  });

  it('cuts a long text at words, around the first that was found', () => {
    const text = `${'lorem ipsum '.repeat(60)}haircut ${'dolor sit '.repeat(60)}`;
    const snippet = snippetOf({ turnNumber: 1, userText: text, botText: '' }, searchedWords("'haircut'"));
    expect(snippet.text.length).toBeLessThanOrEqual(160);
    expect(marked(snippet)).toEqual(['haircut']);
    expect(snippet.text).toMatch(/^(lorem|ipsum) .* (dolor|sit)$/);
  });

  it('stays within bounds for a text that is one endless word', () => {
    const snippet = snippetOf({ turnNumber: 1, userText: 'x'.repeat(5000), botText: '' }, searchedWords("'y'"));
    expect(snippet).toMatchObject({ text: 'x'.repeat(160), highlights: [] });
  });
});
