/** A valid agent that books tables, in English and Vietnamese, for tests to change. Its tool is `book_table`. */
export function smallAgent(): SmallAgent {
  return {
    format: 1,
    id: 'tables',
    name: 'Table booking',
    languages: ['en', 'vi'],
    slots: {
      date: { type: 'date', title: { en: 'the day', vi: 'ngày' } },
      guests: { type: 'number' },
      area: { type: 'list', list: 'areas' },
      code: { type: 'pattern', pattern: 'BK-\\d{4}' },
    },
    lists: { areas: [{ value: 'terrace', names: { en: 'the terrace', vi: 'sân' } }] },
    intents: {
      book: {
        flow: 'booking',
        title: { en: 'book a table', vi: 'đặt bàn' },
        examples: { en: ['I want a table', 'a table for {guests}'], vi: ['tôi muốn đặt bàn'] },
      },
      human: { does: 'human' },
    },
    facts: { address: '1 High Street' },
    wordings: {},
    flows: {
      main: {
        nodes: {
          start: { type: 'start', next: 'hello' },
          hello: { type: 'say', text: { en: 'Hello.', vi: 'Xin chào.' }, next: 'listen' },
          listen: { type: 'route', text: { en: 'How can I help?', vi: 'Tôi giúp gì được ạ?' } },
        },
      },
      booking: {
        nodes: {
          start: { type: 'start', next: 'details' },
          details: {
            type: 'form',
            slots: [
              { slot: 'date', ask: { en: 'Which day?', vi: 'Ngày nào?' } },
              { slot: 'guests', ask: { en: 'For how many?', vi: 'Mấy người?' } },
            ],
            next: 'check',
          },
          check: {
            type: 'confirm',
            text: {
              en: 'A table for {{ slots.guests }} on {{ slots.date | say_date }}?',
              vi: 'Bàn cho {{ slots.guests }} người vào {{ slots.date | say_date }}?',
            },
            corrects: 'details',
            yes: 'book',
            no: 'done',
          },
          book: {
            type: 'call',
            tool: 'book_table',
            input: { date: '=slots.date', guests: '=slots.guests' },
            result: 'booking',
            next: 'booked',
            failed: 'sorry',
          },
          booked: {
            type: 'say',
            text: { en: 'Booked: {{ results.booking.id }}.', vi: 'Đã đặt: {{ results.booking.id }}.' },
            next: 'done',
          },
          sorry: { type: 'say', text: { en: 'That did not work.', vi: 'Chưa đặt được.' }, next: 'done' },
          done: { type: 'return' },
        },
      },
    },
  };
}

type Names = Record<string, unknown>;

/** As it comes from a file, open to be changed in any way. */
export interface SmallAgent {
  format: number;
  id: string;
  name: string;
  languages: string[];
  slots: Names;
  lists: Names;
  intents: Names;
  facts: Names;
  wordings: Names;
  flows: Record<string, { nodes: Names }>;
}
