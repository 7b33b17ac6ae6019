import { createInterface } from 'node:readline';
import { createTextCall, type TextReply } from '@parley/dialogue/testing/text-call.ts';
import { buildAgent } from './open-agent.ts';
import type { Terminal } from './terminal.ts';

/** A conversation in the terminal; under each line of the caller's what was understood of it. */
export async function talk(folder: string, language: string | undefined, terminal: Terminal): Promise<number> {
  const { agent } = await buildAgent(folder, language);
  const timeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const call = createTextCall(agent, { nowEpochMs: Date.now(), timeZone });
  const tell = ({ said, outputs }: TextReply) => {
    for (const output of outputs) {
      if (output.type === 'understood') terminal.write(`    ${describe(output.understanding)}\n`);
      if (output.type === 'acted') terminal.write(`    done: ${output.name} ${JSON.stringify(output.data)}\n`);
    }
    if (said !== '') terminal.write(`${said}\n`);
  };
  tell(await call.greet());
  let silences = 0;
  for await (const line of createInterface({ input: terminal.input })) {
    const text = line.trim();
    silences = text === '' ? silences + 1 : 0;
    const reply = text === '' ? await call.remind(silences) : await call.say(text, { modality: 'text' });
    tell(reply);
    if (reply.ended) break;
  }
  return 0;
}

function describe({
  intent,
  confidence,
  slots,
}: {
  intent: string | undefined;
  confidence: number;
  slots?: Readonly<Record<string, unknown>>;
}): string {
  const known = Object.entries(slots ?? {}).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return [`${intent ?? 'no intent'} ${Math.round(confidence * 100)} %`, ...known].join(', ');
}
