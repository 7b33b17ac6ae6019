import { Writable } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { destination, type LoggerOptions, pino } from 'pino';

export interface LogOptions {
  readonly level: string;
  readonly format: 'json' | 'pretty';
  /** What makes fit for a log what is in a line: redaction hangs in here. */
  readonly serializers?: LoggerOptions['serializers'];
  readonly redact?: LoggerOptions['redact'];
  readonly formatters?: LoggerOptions['formatters'];
  readonly hooks?: LoggerOptions['hooks'];
  /** Sees every line last, whatever wrote it: redaction. */
  readonly through?: (out: LogDestination) => LogDestination;
}

/** Where lines go. */
export interface LogDestination {
  write(line: string): unknown;
}

/**
 * The server's log: one line an event, to stderr, since stdout belongs to the person who started it. Lines name `conversation_id`,
 * `organization_id` and `trace_id` where they are of one; bodies and what people say are in none.
 */
export function createLog({ level, format, through = (out) => out, ...options }: LogOptions): FastifyBaseLogger {
  const stderr = destination({ dest: 2, sync: false });
  const settings = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return pino({ level, ...settings }, through(format === 'json' ? stderr : readable(stderr)));
}

/** For a terminal: time, level, message, and the rest as `name=value`. */
function readable(out: { write(text: string): unknown }): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      out.write(inWords(chunk.toString()));
      done();
    },
  });
}

/** Where the line is no JSON it stands as it is: a log loses nothing. */
export function inWords(line: string): string {
  const fields = parse(line);
  if (fields === undefined) return line;
  const { time, level, msg, pid: _pid, hostname: _hostname, err, ...rest } = fields;
  const at = typeof time === 'number' ? new Date(time).toISOString().slice(11, 23) : '';
  const said = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const failure = typeof err === 'object' && err !== null ? failureOf(err) : [];
  return `${[at, levelName(level), String(msg ?? ''), ...said, ...failure].filter((part) => part !== '').join(' ')}\n`;
}

function failureOf(err: object): string[] {
  const { stack, message }: { stack?: unknown; message?: unknown } = err;
  return [`\n  ${String(stack ?? message ?? JSON.stringify(err)).replaceAll('\n', '\n  ')}`];
}

function levelName(level: unknown): string {
  return (typeof level === 'number' ? pino.levels.labels[level] : undefined)?.toUpperCase() ?? '';
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
