import { expect, it } from 'vitest';
import { detectLanguage } from './detect-language.ts';

const vietnamese = `Xin chào | Cảm ơn bạn | Dạ đúng rồi | Tôi muốn đặt phòng | Cho tôi hỏi giá phòng đôi | Ngày mai lúc ba giờ chiều
| Bao nhiêu tiền một đêm | Tôi tên là Nguyễn Văn An | Có bữa sáng không | Tôi đến muộn được không | Hai người lớn và một trẻ em
| Làm ơn nói lại | Đợi một chút | Mấy giờ mở cửa | Thẻ của tôi bị mất | Tạm biệt | Tuần sau | Phòng đơn | Tôi đồng ý | Thôi không cần nữa`;
const english = `Good morning | Thank you | That's right | I'd like to book a room | How much is a double room | Tomorrow at three
| How much per night | My name is John Smith | Is breakfast included | Can I arrive late | Two adults and one child | Please say that again
| Wait a moment | What time do you open | I lost my card | See you later | Next week | Single room | I agree | Never mind`;
const linesOf = (text: string) => text.split('|').map((line) => line.trim());
const withoutMarks = (text: string) =>
  text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').replaceAll('Đ', 'D');

async function wrongOnes(lines: readonly string[], wanted: string, candidates?: readonly string[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const line of lines) {
    const { language } = await detectLanguage(line, candidates);
    if (language !== wanted) wrong.push(`${line}: ${language}`);
  }
  return wrong;
}

it('tells short Vietnamese, with and without its marks, from short English', async () => {
  const two = ['en-US', 'vi-VN'];
  expect(await wrongOnes(linesOf(vietnamese), 'vi-VN', two)).toEqual([]);
  expect(await wrongOnes(linesOf(vietnamese).map(withoutMarks), 'vi-VN', two)).toEqual([]);
  expect(await wrongOnes(linesOf(english), 'en-US', two)).toEqual([]);
});

it('finds Vietnamese and English among all languages, mostly even without marks', async () => {
  expect(await wrongOnes(linesOf(vietnamese), 'vi')).toEqual([]);
  expect(await wrongOnes(linesOf(english), 'en')).toEqual([]);
  expect((await wrongOnes(linesOf(vietnamese).map(withoutMarks), 'vi')).length).toBeLessThanOrEqual(3);
});

it.each([
  ['Quiero reservar una habitación', 'es'],
  ['Je voudrais réserver une chambre', 'fr'],
  ['Ich möchte ein Zimmer buchen', 'de'],
  ['Quanto custa por noite', 'pt'],
  ['Saya ingin memesan kamar', 'id'],
  ['部屋を予約したいです', 'ja'],
  ['방을 예약하고 싶어요', 'ko'],
  ['我想预订一个房间', 'zh'],
  ['ฉันต้องการจองห้อง', 'th'],
  ['Я хочу забронировать номер', 'ru'],
])('knows "%s" to be %s', async (text, language) => {
  expect((await detectLanguage(text)).language).toBe(language);
});

it('gives the candidate as it was named, also one that goes by another name elsewhere', async () => {
  expect((await detectLanguage('Hva koster det per natt', ['nb-NO', 'en-GB'])).language).toBe('nb-NO');
  expect((await detectLanguage('xin chao', ['en', 'vi-VN'])).language).toBe('vi-VN');
});

it('is surer of a sentence than of a word, and of nothing when there are no words', async () => {
  const two = ['en', 'vi'];
  const word = await detectLanguage('ban', two);
  const sentence = await detectLanguage('toi muon dat ban cho bon nguoi', two);
  expect(sentence.confidence).toBeGreaterThan(0.99);
  expect(word.confidence).toBeLessThan(sentence.confidence);
  expect(await detectLanguage('090 123 4567 …', two)).toEqual({ language: undefined, confidence: 0 });
  expect(await detectLanguage('hello', [])).toEqual({ language: undefined, confidence: 0 });
});

it('takes a Vietnamese name in an English sentence for what it is', async () => {
  expect((await detectLanguage('My name is Nguyễn and I would like to book a room', ['en', 'vi'])).language).toBe('en');
});

it('takes no longer over a book than over a page', async () => {
  const startedAtMs = performance.now();
  expect((await detectLanguage('I would like to book a room. '.repeat(100_000), ['en', 'vi'])).language).toBe('en');
  expect(performance.now() - startedAtMs).toBeLessThan(1000);
});
