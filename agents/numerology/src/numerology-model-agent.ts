import { readFile } from 'node:fs/promises';
import type { ModelAgentParts } from '@parley/dialogue/model-agent/definition.ts';
import { createModelAgent } from '@parley/dialogue/model-agent/model-agent.ts';
import type { ForbiddenWords } from '@parley/dialogue/model-agent/rails/check-sentence.ts';
import type { AgentWording } from '@parley/dialogue/model-agent/wording.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import { numerologyTools } from './arithmetic/numerology-tools.ts';
import { type NumerologyLanguage, numerologyTexts } from './numerology-texts.ts';

export interface NumerologyModelOptions extends Pick<ModelAgentParts, 'clock' | 'handOff' | 'prices' | 'onError'> {
  /** Which language it greets in; it answers in the one that it is spoken to. Vietnamese if left out. */
  readonly language?: NumerologyLanguage;
}

/**
 * Numerology by a language model with the same tools as the flows: it talks more freely, and its numbers are the tools'.
 *
 * @throws what reading its instructions throws
 */
export async function createNumerologyModelAgent(
  model: ModelAgentParts['model'],
  { language = 'vi-VN', ...parts }: NumerologyModelOptions,
): Promise<Agent> {
  const instructions = await readFile(new URL('../instructions.md', import.meta.url), 'utf8');
  return createModelAgent(
    {
      id: 'numerology_model',
      description: numerologyTexts[language].description,
      language,
      instructions,
      tools: numerologyTools(),
      person: { to: { kind: 'inbox' }, when: 'the caller asks for a person' },
      rails: { promises: [fate] },
      wording: { en: english, vi: vietnamese },
    },
    { model, ...parts },
  );
}

/** A game that promises nothing. */
const fate: ForbiddenWords = {
  name: 'fate',
  description: 'that anything will come about: money, love, health, luck',
  phrases: {
    en: ['you will definitely', 'i guarantee', 'guaranteed', 'you will be rich', 'you will win'],
    vi: ['chắc chắn bạn sẽ', 'bạn chắc chắn sẽ', 'mình đảm bảo', 'cam đoan', 'bạn sẽ trúng', 'bạn sẽ giàu'],
  },
  instead: {
    en: 'That’s more than numbers can tell.',
    vi: 'Chuyện đó thì con số không nói trước được bạn ạ.',
  },
};

const english: Partial<AgentWording> = {
  greeting: 'Hello, and welcome. Shall I work out your life path, or the numbers in your name?',
  resumed: 'Hello again. Where were we?',
  goodbye: 'It was fun. Goodbye.',
};

const vietnamese: Partial<AgentWording> = {
  greeting: 'Chào bạn, mình là trợ lý thần số học. Bạn muốn xem số chủ đạo theo ngày sinh, hay các số theo tên?',
  resumed: 'Chào bạn quay lại. Mình xem tiếp nhé?',
  stillThere: 'Bạn còn ở đó không?',
  goodbyeSilence: 'Mình không thấy bạn trả lời nên xin phép dừng ở đây. Hẹn gặp lại bạn nhé.',
  goodbyeTime: 'Tiếc quá, hết giờ mất rồi. Bạn quay lại lúc nào cũng được nhé. Tạm biệt.',
  notHeard: 'Mình nghe chưa rõ, bạn nói lại giúp mình nhé?',
  cannotSay: 'Chuyện đó mình không nói được bạn ạ.',
  notHandedOff: 'Mình chưa chuyển cho ai cả. Bạn có muốn gặp người thật không?',
  handingOff: 'Bạn chờ chút, mình mời đồng nghiệp vào nhé.',
  nobodyFree: 'Tiếc quá, bây giờ chưa có ai rảnh. Mình đã ghi lại là bạn muốn gặp người thật.',
  goodbye: 'Nói chuyện với bạn vui lắm. Tạm biệt bạn nhé.',
  exhausted: 'Xin lỗi bạn, việc này mình không tự làm tiếp được.',
};
