import type { WaterfallView } from '@parley/contract/turn.ts';
import type { CallEvent, CallResult, CallTurn } from './call-events.ts';

/** One character of a waterfall bar; a reply in 900 ms fills 36. */
const msPerCell = 25;
const maxCells = 60;

const stages = [
  { key: 'end_of_turn_ms', title: 'end of turn', glyph: '░', colour: 90 },
  { key: 'transcript_ms', title: 'transcript', glyph: '▒', colour: 36 },
  { key: 'agent_ms', title: 'agent', glyph: '▓', colour: 35 },
  { key: 'sentence_ms', title: 'sentence', glyph: '▚', colour: 34 },
  { key: 'synthesis_ms', title: 'synthesis', glyph: '█', colour: 33 },
  { key: 'playout_ms', title: 'playout', glyph: '▌', colour: 32 },
] as const satisfies readonly { key: keyof WaterfallView; title: string; glyph: string; colour: number }[];

export interface CallPrinter {
  print(event: CallEvent): void;
  summary(result: CallResult): void;
}

/** Prints a call for people while it happens. @param colours whether the terminal shows them */
export function createCallPrinter(write: (line: string) => void, colours: boolean): CallPrinter {
  const paint = (code: number, text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const strike = (text: string) => (colours ? paint(9, text) : `[not heard: ${text}]`);
  const dim = (text: string) => paint(2, text);
  const row = (atMs: number, who: string, colour: number, text: string) =>
    write(`${dim(`${(atMs / 1000).toFixed(2).padStart(7)} s`)}  ${paint(colour, who.padEnd(7))} ${text}`);

  return {
    print(event) {
      switch (event.type) {
        case 'connected': {
          const way = event.channel === 'webrtc' ? 'over real audio (WebRTC)' : 'in text';
          write(dim(`Connected to ${event.agent} ${way}, conversation ${event.conversationId}`));
          break;
        }
        case 'caller': {
          const note = { spoken: '', wav: ' (recording)', typed: ' (typed)', pressed: ' (keys)', sound: ' (sound)' }[
            event.how
          ];
          row(event.atMs, 'caller', 36, `${event.text}${dim(`${note}${event.interrupting ? ' (interrupting)' : ''}`)}`);
          break;
        }
        case 'understood':
          row(event.atMs, '', 90, dim(`understood: ${event.text} (${Math.round(event.confidence * 100)} %)`));
          break;
        case 'agent':
          row(event.atMs, 'agent', 32, event.text);
          break;
        case 'cutOff':
          row(event.atMs, 'cut off', 31, `${event.heardText} ${strike(event.unheardText)}`.trim());
          break;
        case 'action':
          row(event.atMs, 'done', 33, `${event.name} ${dim(JSON.stringify(event.data))}`);
          break;
        case 'turn':
          for (const line of waterfallLines(event.turn, paint)) write(`${' '.repeat(19)}${line}`);
          break;
        case 'trouble':
          row(event.atMs, 'error', 31, `${event.message} (${event.code})`);
          break;
        case 'expected':
          row(event.atMs, 'check', 32, event.text);
          break;
        case 'state':
        case 'partial':
          // For programs (--json): on paper they would bury what was said.
          break;
        case 'ended':
          row(event.atMs, 'ended', 90, event.reason);
          break;
      }
    },
    summary(result) {
      write('');
      for (const booking of result.bookings) {
        const when = new Intl.DateTimeFormat('en-GB', {
          dateStyle: 'full',
          timeStyle: 'short',
          timeZone: booking.time_zone,
        }).format(new Date(booking.starts_at));
        const what = `${booking.service} on ${when} (${booking.time_zone}) for ${booking.name}, ${booking.phone}`;
        write(`${paint(33, `Booking ${booking.status}:`)} ${what}`);
      }
      const answered = result.turns.filter(({ user }) => user !== null).length;
      write(`${(result.durationMs / 1000).toFixed(1)} s, ${answered} turn(s) of the caller`);
      const server = median(result.turns.map(({ waterfall }) => waterfall.voice_to_voice_ms));
      const heard = median(result.turns.map(({ heardVoiceToVoiceMs }) => heardVoiceToVoiceMs));
      if (server !== undefined || heard !== undefined) {
        write(`Voice to voice, median: ${ms(server)} at the server, ${ms(heard)} as the caller heard it`);
        write(dim(stages.map(({ glyph, title }) => `${glyph} ${title}`).join('  ')));
      }
    },
  };
}

/** One bar of where the time before the reply went, to scale; nothing for turns that nobody waited for. */
export function waterfallLines(turn: CallTurn, paint: (code: number, text: string) => string): string[] {
  const { waterfall } = turn;
  const total = waterfall.voice_to_voice_ms;
  if (total === null) return [];
  let passedMs = 0;
  let drawn = 0;
  const bar = stages.map(({ key, glyph, colour }) => {
    passedMs += waterfall[key] ?? 0;
    // Rounded on the whole, so that many short stages do not add up to nothing.
    const cells = Math.min(maxCells, Math.round(passedMs / msPerCell)) - drawn;
    drawn += cells;
    return cells > 0 ? paint(colour, glyph.repeat(cells)) : '';
  });
  const heard = turn.heardVoiceToVoiceMs === null ? '' : `, heard after ${ms(turn.heardVoiceToVoiceMs)}`;
  return [`${bar.join('')} ${ms(total)}${heard}`];
}

/** @returns undefined when there is none */
export function median(values: readonly (number | null)[]): number | undefined {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return undefined;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

function ms(value: number | undefined): string {
  return value === undefined ? '–' : `${Math.round(value)} ms`;
}
