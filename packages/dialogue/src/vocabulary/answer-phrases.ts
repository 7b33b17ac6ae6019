import type { SlotType } from '@parley/contract/flow/agent-definition.ts';

/** How callers say the value of a slot, `{}` standing for it. */
export interface SpokenAnswers {
  /** When it was asked for. */
  readonly answers: readonly string[];
  /** When it is put right, whatever is being asked. */
  readonly corrections: readonly string[];
  /** Naming what is to be put right, `{}` standing for the slot's name. */
  readonly changes: readonly string[];
}

/** Other languages than Vietnamese are spoken to as English is: an agent in one has its own examples besides. */
export function spokenAnswers(type: SlotType, language: string): SpokenAnswers {
  if (language.startsWith('vi')) return vietnamese;
  return { ...anything, ...english[type] };
}

/** A day and a time in one breath: `{day}` and `{time}` stand for their slots' values. */
export function dayAndTimeAnswers(language: string): { answers: readonly string[]; corrections: readonly string[] } {
  return language.startsWith('vi')
    ? { answers: ['{time} {day}', '{day} lúc {time}'], corrections: ['không {time} {day}', 'đổi sang {time} {day}'] }
    : {
        answers: [
          '{day} at {time}',
          'on {day} at {time}',
          '{day} {time}',
          '{time} on {day}',
          '{time} {day}',
          'at {time} on {day}',
          'how about {day} at {time}',
          'maybe {day} at {time}',
          'can i come {day} at {time}',
          '{day} at {time} please',
          '{day} morning at {time}',
          '{day} afternoon at {time}',
        ],
        corrections: ['make it {day} at {time}', 'actually {day} at {time}', 'no {day} at {time}'],
      };
}

/** A stay in one breath: `{from}`, `{to}` and `{length}` stand for their slots' values. */
export function stayAnswers(language: string): readonly string[] {
  return language.startsWith('vi') ? vietnameseStays : englishStays;
}

/** Those said most first: of long lists the first templates get the values said most. */
const englishStays = [
  'from {from} to {to}',
  'from {from} for {length}',
  'from {from} until {to}',
  '{from} to {to}',
  '{from} until {to}',
  '{from} for {length}',
  '{length} from {from}',
  'for {length} from {from}',
  'for {length}',
];

const vietnameseStays = [
  'từ {from} đến {to}',
  '{from} đến {to}',
  'từ {from} trong {length}',
  '{length} từ {from}',
  'trong {length}',
];

const anything: SpokenAnswers = {
  answers: ['{}', '{}', '{} please', "it's {}", 'um {}', "that's {}"],
  corrections: ['no {}', 'actually {}', 'i meant {}', 'make it {}', 'sorry {}'],
  changes: ['change the {}', 'the {} is wrong', 'a different {}', 'another {}', 'change my {}'],
};

const english: Partial<Record<SlotType, Partial<SpokenAnswers>>> = {
  list: {
    answers: ['a {}', '{}', 'a {} please', '{} please', 'just a {}', 'for a {}', "it's for a {}"],
    corrections: ['actually i want a {}', 'actually make it a {}', 'make it a {}', 'no a {}', 'no {}'],
  },
  date: {
    answers: [
      '{}',
      '{} please',
      'on {}',
      'for {}',
      '{} morning',
      '{} afternoon',
      'how about {}',
      'from {}',
      'until {}',
    ],
    corrections: [
      'no {}',
      'actually {}',
      'actually make it {}',
      'make it {}',
      '{} instead',
      'no i meant {}',
      'change it to {}',
    ],
  },
  time: {
    answers: ['{}', 'at {}', '{} please', 'in the morning', 'in the afternoon', 'in the evening'],
    corrections: [
      'actually make it {}',
      'make it {}',
      'actually {}',
      'no {}',
      'no make it {}',
      'i meant {}',
      'can we make it {}',
      'can you make it {} instead',
      '{} instead',
    ],
  },
  person: {
    answers: [
      '{}',
      'my name is {}',
      "it's {}",
      'this is {}',
      "i'm {}",
      'i am {}',
      'the name is {}',
      "my name's {}",
      '{} please',
    ],
    corrections: ['no my name is {}', 'the name is {}', "no it's {}"],
  },
  phone: {
    answers: ['{}', '{}', "it's {}", 'my number is {}', 'my phone number is {}', 'the number is {}', "that's {}"],
    corrections: ['no the number is {}', 'change the number to {}'],
  },
};

const vietnamese: SpokenAnswers = {
  answers: ['{}', '{}', 'dạ {}', 'là {}', '{} ạ'],
  corrections: ['không {}', 'à không {}', 'đổi thành {}'],
  changes: ['đổi {}', '{} sai rồi'],
};
