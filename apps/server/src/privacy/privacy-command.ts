import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Database } from '../storage/database.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { recordOwnAudit } from './audit.ts';
import { erasePerson } from './erase-person.ts';
import { exportPerson } from './export-person.ts';
import { parsePerson } from './person.ts';
import { createRedaction } from './redaction.ts';

const usage = `npm run privacy -- export --person PHONE_OR_EMAIL_OR_CALLER_ID [--organization ID] [--out FILE]
npm run privacy -- erase  --person PHONE_OR_EMAIL_OR_CALLER_ID [--organization ID] [--yes]

export writes what is stored of the person as JSON (FILE.txt beside it holds the conversations to read); without --out it is printed.
erase takes it out of the database for good and asks first, unless --yes is given. Times and counts stay.`;

const optionsSchema = z.object({
  person: z.string().min(1),
  organization: z.uuid().default(defaultOrganizationId),
  out: z.string().min(1).optional(),
  yes: z.boolean().default(false),
});

/**
 * @returns the exit code: 0; 1 when it was not confirmed, or the person still occurs somewhere; 2 for a command that is not understood
 * @throws WireError `invalid_request`, `last_admin`
 */
export async function privacyCommand(
  args: readonly string[],
  database: Database,
  print: (line: string) => void,
  signal: AbortSignal,
  confirm: (question: string) => Promise<string> = askOnTerminal,
): Promise<number> {
  const given = parse(args);
  if (given === undefined) {
    print(usage);
    return 2;
  }
  const { command, organization: organizationId } = given;
  const person = parsePerson(given.person);
  if (command === 'export') {
    const { exports } = await createRedaction(database).of(organizationId);
    const data = await exportPerson(database, organizationId, person, exports, signal);
    await database.inOrganization(organizationId, (tx) =>
      recordOwnAudit(tx, organizationId, {
        action: 'privacy:export',
        resourceType: 'person',
        resourceId: person.given,
        after: { by: 'command', conversations: data.conversations.length },
      }),
    );
    const file = `${JSON.stringify(data, undefined, 2)}\n`;
    if (given.out === undefined) {
      print(file);
      return 0;
    }
    // Whoever may read it was decided by whoever runs this: nobody else.
    await writeFile(given.out, file, { mode: 0o600 });
    await writeFile(`${given.out}.txt`, data.transcript, { mode: 0o600 });
    print(
      `${data.conversations.length} conversation(s) of ${person.given} are in ${given.out}, to read in ${given.out}.txt`,
    );
    return 0;
  }
  if (!given.yes) {
    const answer = await confirm(`This cannot be undone. Type ${person.given} again to erase it: `);
    if (answer.trim() !== person.given) {
      print('Nothing was erased.');
      return 1;
    }
  }
  const figures = await erasePerson(database, organizationId, person, signal);
  await database.inOrganization(organizationId, (tx) =>
    recordOwnAudit(tx, organizationId, {
      action: 'privacy:erased',
      resourceType: 'person',
      resourceId: undefined,
      after: { by: 'command', ...figures },
    }),
  );
  for (const [what, count] of Object.entries(figures)) if (count > 0) print(`${what}: ${count}`);
  const isLeft = Object.keys(figures).some((what) => what.startsWith('left.'));
  print(isLeft ? 'Where `left` is told, the person still occurs: look there by hand.' : 'Erased.');
  return isLeft ? 1 : 0;
}

function parse(args: readonly string[]) {
  const [command, ...rest] = args;
  if (command !== 'export' && command !== 'erase') return undefined;
  try {
    const { values } = parseArgs({
      args: rest,
      options: {
        person: { type: 'string' },
        organization: { type: 'string' },
        out: { type: 'string' },
        yes: { type: 'boolean' },
      },
    });
    const options = optionsSchema.safeParse(values);
    return options.success ? ({ command, ...options.data } as const) : undefined;
  } catch {
    return undefined;
  }
}

async function askOnTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
