import { type CallLog, soundSpans } from './call-log.ts';

/** One thing that happened, in the column of who did it. */
export interface TimelineEntry {
  readonly atMs: number;
  readonly lane: Lane;
  readonly text: string;
}

export type Lane = (typeof lanes)[number];
export const lanes = ['caller', 'ears', 'state', 'agent', 'sound', 'record'] as const;

/** All that happened in a call in order of time, for people. */
export function timelineOf(log: CallLog): readonly TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  const add = (lane: Lane, atMs: number | undefined, text: string) => {
    if (atMs !== undefined) entries.push({ atMs, lane, text });
  };
  addCaller(log, add);
  addEars(log, add);
  addAgent(log, add);
  addRecord(log, add);
  for (const { atMs, state } of log.states) add('state', atMs, state);
  return entries.toSorted((a, b) => a.atMs - b.atMs);
}

/** A waterfall: a line for each moment, a column for each part. */
export function printTimeline(log: CallLog): string {
  const lines = [row('ms', new Map(lanes.map((lane) => [lane, lane.toUpperCase()])))];
  let open: { atMs: number; cells: Map<Lane, string> } | undefined;
  const close = () => {
    if (open !== undefined) lines.push(row(open.atMs.toFixed(0), open.cells));
    open = undefined;
  };
  for (const { atMs, lane, text } of timelineOf(log)) {
    if (open === undefined || open.atMs !== atMs || open.cells.has(lane)) {
      close();
      open = { atMs, cells: new Map() };
    }
    open.cells.set(lane, text);
  }
  close();
  return lines.join('\n');
}

type Add = (lane: Lane, atMs: number | undefined, text: string) => void;

function addCaller(log: CallLog, add: Add): void {
  for (const { fromMs, toMs, text } of log.spoken) {
    add('caller', fromMs, text === '' ? '(noise)' : `"${text}"`);
    add('caller', toMs, '.');
  }
  for (const { atMs, digit } of log.digits) add('caller', atMs, `key ${digit}`);
  for (const { atMs, text, messageId } of log.typed) add('caller', atMs, `types ${messageId} "${text}"`);
  for (const { fromMs, toMs } of log.holds) {
    add('caller', fromMs, 'on hold');
    if (toMs !== undefined) add('caller', toMs, 'back');
  }
  for (const { atMs, held } of log.buttons) add('caller', atMs, held ? 'button down' : 'button up');
  for (const { attachedAtMs, detachedAtMs } of log.channels) {
    add('caller', attachedAtMs, 'line open');
    add('caller', detachedAtMs, 'line lost');
  }
  add('caller', log.leftAtMs, 'leaves');
}

function addEars(log: CallLog, add: Add): void {
  for (const { startedAtMs, stoppedAtMs } of log.voiceHeard) {
    add('ears', startedAtMs, 'voice');
    add('ears', stoppedAtMs, 'silence');
  }
  for (const { atMs, text } of log.partials) add('ears', atMs, `${text}…`);
  for (const { atMs, text, rejected } of log.finals) add('ears', atMs, rejected ? '(rejected)' : `= "${text}"`);
  for (const atMs of log.recognizerFailures) add('ears', atMs, '(broken)');
}

function addAgent(log: CallLog, add: Add): void {
  for (const thought of log.thoughts) {
    const { cue } = thought;
    add('agent', thought.atMs, cue.type === 'turn' ? `? ${cue.turn.turnNumber} "${cue.turn.text}"` : `? ${cue.type}`);
    for (const { atMs, text, interruptible } of thought.said)
      add('agent', atMs, `${interruptible ? '' : '!'}"${text.trim()}"`);
    for (const { atMs, name } of thought.acts) add('agent', atMs, `does ${name}`);
    add('agent', thought.endedAtMs, thought.outcome === 'running' ? '(stopped)' : `(${thought.outcome})`);
    if (thought.endedAtMs === undefined) add('agent', thought.abandonedAtMs, '(given up)');
  }
  for (const request of log.requests) {
    const name = `${request.reply}.${request.sentence}`;
    add('sound', request.atMs, `${name} asked for "${request.text}"`);
    if (request.outcome === 'failed') add('sound', request.endedAtMs, `${name} failed`);
    add('sound', request.abandonedAtMs, `${name} given up`);
  }
  for (const { request, fromMs, toMs } of soundSpans(log)) {
    const name = `${request.reply}.${request.sentence}`;
    add('sound', fromMs, `▶ ${name}`);
    add('sound', toMs, `■ ${name}`);
  }
}

function addRecord(log: CallLog, add: Add): void {
  for (const { atMs, turn, outcome } of log.writes) {
    const heard = turn.reply?.heardText;
    add('record', atMs, `${turn.turnNumber} ${heard === undefined ? '…' : `heard "${heard}"`} ${outcome}`);
  }
  for (const { atMs, notice } of log.notices) {
    if (notice.type === 'cutOff') add('record', atMs, `told: cut off after "${notice.heardText}"`);
    if (notice.type === 'trouble') add('record', atMs, `told: ${notice.code}`);
  }
  for (const { atMs, reason } of log.closed) add('record', atMs, `closed: ${reason}`);
}

const widths: Readonly<Record<Lane, number>> = { caller: 34, ears: 34, state: 10, agent: 40, sound: 40, record: 60 };

function row(time: string, cells: ReadonlyMap<Lane, string>): string {
  const columns = lanes.map((lane) => fit(cells.get(lane) ?? '', widths[lane]));
  return `${time.padStart(7)} │ ${columns.join(' │ ')}`.trimEnd();
}

function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
