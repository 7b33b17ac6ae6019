import { z } from 'zod';
import type { LogDestination } from '../telemetry/log.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { redactionDefaults } from './redaction-policy.ts';

/**
 * Takes personal data and secrets out of whole log lines, as the last thing before they are written: whoever logs needs to think of
 * nothing, and what an error's message or stack holds is found too. Lines of pino are JSON; any other is taken as text.
 */
export function createRedactingDestination(destination: LogDestination): LogDestination {
  const redactor = createRedactor({ modes: redactionDefaults.logs, customPatterns: [] }, { remembered: 500 });
  return {
    write: (line) => destination.write(redactLine(line, redactor)),
  };
}

function redactLine(line: string, redactor: Redactor): string {
  let fields: Record<string, unknown> | undefined;
  try {
    fields = z.record(z.string(), z.unknown()).safeParse(JSON.parse(line)).data;
  } catch {
    // A line that was written past pino.
  }
  if (fields === undefined) return redactor.text(line);
  return `${JSON.stringify(redactor.value(fields))}\n`;
}
