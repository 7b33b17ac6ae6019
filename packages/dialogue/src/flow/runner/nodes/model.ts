import type { SlotType } from '@parley/contract/flow/agent-definition.ts';
import type { NodeOf } from '@parley/contract/flow/nodes.ts';
import { FlowError } from '../../flow-error.ts';
import { renderTemplate } from '../../template.ts';
import { entriesOf } from '../list-entries.ts';
import type { Frame } from '../memory.ts';
import { placeOf } from '../place.ts';
import { type Run, type Speaking, type Step, setSlot, spokenScopeOf, timeZoneOf, turnNumberOf } from '../run.ts';
import { withoutSecrets } from '../secrets.ts';

/** Lets the model speak; one that converses is given each answer until it says that it is done. */
export async function* enterModel(run: Run, frame: Frame, node: NodeOf<'model'>): Speaking<Step> {
  const { model } = run.parts;
  if (model === undefined)
    throw new FlowError('model_unavailable', { ...placeOf(run), reason: 'no language model is configured' });
  if (frame.modelTurns >= node.maxTurns) return { kind: 'next', node: node.failed };
  frame.modelTurns += 1;
  frame.misses = 0;
  const tools = node.tools.flatMap((name) => run.plan.tools.get(name) ?? []);
  const { request, memory } = run;
  const outputs = model(
    {
      instructions: renderTemplate(node.instructions, spokenScopeOf(run)),
      history: request.history,
      text: run.heard?.text ?? '',
      tools,
      extract: Object.fromEntries(node.extract.map((name) => [name, describe(run, name)])),
      slots: withoutSecrets(run, memory.slots),
      converses: node.converses,
      conversationId: request.conversationId,
      turnNumber: turnNumberOf(run),
      language: memory.language,
      nowEpochMs: request.nowEpochMs,
      timeZone: timeZoneOf(run),
      commit: () => request.commit(),
    },
    run.signal,
  );
  for await (const output of outputs) {
    switch (output.type) {
      case 'say':
        run.said.push(output.text);
        yield { type: 'say', text: output.text, tone: 'warm' };
        break;
      case 'acted':
        yield output;
        break;
      case 'failed':
        return { kind: 'next', node: node.failed };
      case 'done':
        for (const name of node.extract) {
          if (Object.hasOwn(output.slots, name)) setSlot(memory, name, output.slots[name]);
        }
        if (!node.converses || output.finished) return { kind: 'next', node: node.next };
        frame.waiting = true;
        return { kind: 'wait' };
    }
  }
  return { kind: 'next', node: node.failed };
}

const formats: Readonly<Record<SlotType, string>> = {
  text: 'text',
  number: 'a number',
  digits: 'a string of digits',
  money: 'an object { "amount": number, "currency": ISO 4217 code }',
  date: 'a day as YYYY-MM-DD',
  time: 'a time as HH:MM, 24 hours',
  dateRange: 'an object { "from": YYYY-MM-DD, "to": YYYY-MM-DD }',
  duration: 'a duration in ISO 8601, such as PT90M',
  phone: 'a telephone number in E.164, such as +442079460000',
  email: 'an e-mail address',
  account: 'an account number without spaces',
  person: "a person's name",
  list: 'one of the list',
  pattern: 'text of the given form',
  yesNo: 'true or false',
};

function describe({ plan, memory }: Run, slot: string): string {
  const definition = plan.definition.slots[slot];
  if (definition === undefined) return 'text';
  const list = entriesOf(plan.definition, definition, memory.results);
  return definition.type === 'list' ? `one of: ${list.map(({ value }) => value).join(', ')}` : formats[definition.type];
}
