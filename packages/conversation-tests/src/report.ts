import type { TimelineEvent } from './line.ts';
import type { ConversationResult } from './run-conversation.ts';

/** How a conversation went, for people: one line when it passed; the timeline so far and what was wrong when it did not. */
export function reportConversation(result: ConversationResult): string {
  const { conversation, outcome, over, failure, leftOut, durationMs } = result;
  const title = `${conversation.name} (${over})`;
  if (outcome === 'skipped') return `- ${title}: not meant for ${over}`;
  const left = leftOut.length === 0 ? '' : `, left out: ${leftOut.join('; ')}`;
  if (failure === undefined) return `✓ ${title}, ${(durationMs / 1000).toFixed(1)} s${left}`;
  const { step, stepIndex, mismatch, message } = failure;
  const number = stepIndex === undefined ? '' : `step ${stepIndex + 1}: ${step?.source ?? ''}`;
  const file = conversation.file ?? '';
  const place = [step?.line === undefined ? file : `${file}:${step.line}`, number]
    .filter((part) => part !== '')
    .join(' ');
  const lines = [`✗ ${title}`, ...(place === '' ? [] : [`  ${place}`]), ''];
  lines.push(...timeline(result.events).map((line) => `  ${line}`), '');
  if (mismatch === undefined) lines.push(`  ${message}`);
  else {
    lines.push(`  expected ${mismatch.what}: ${mismatch.expected}`, `  got: ${mismatch.got}`);
    if (mismatch.closest !== undefined) lines.push(`  closest: ${mismatch.closest}`);
  }
  return lines.join('\n');
}

/** A line for each thing that happened, without what is only of interest to programs. */
export function timeline(events: readonly TimelineEvent[]): string[] {
  return events.flatMap((event) => {
    const shown = show(event);
    return shown === undefined
      ? []
      : [`${(event.atMs / 1000).toFixed(2).padStart(7)} s  ${shown[0].padEnd(10)} ${shown[1]}`.trimEnd()];
  });
}

function show(event: TimelineEvent): readonly [who: string, what: string] | undefined {
  switch (event.type) {
    case 'caller':
      return [
        'caller',
        `${event.what}${event.interrupting ? ' over the agent' : ''}${event.text === '' ? '' : `: ${event.text}`}`,
      ];
    case 'understood':
      return ['understood', event.text];
    case 'agent':
      return ['agent', event.text];
    case 'cutOff':
      return ['cut off', `heard ${JSON.stringify(event.heardText)}, not ${JSON.stringify(event.unheardText)}`];
    case 'action':
      return ['done', `${event.name} ${JSON.stringify(event.data)}`];
    case 'trouble':
      return ['trouble', `${event.message} (${event.code})`];
    case 'ended':
      return ['ended', event.reason];
    case 'state':
    case 'turn':
      return undefined;
  }
}

/** The result as a JSON value for programs: `name`, `file`, `over`, `outcome`, `durationMs`, `failure`, `events`. */
export function toJson({ conversation, failure, ...rest }: ConversationResult): Record<string, unknown> {
  const { name, file } = conversation;
  return {
    name,
    file: file ?? null,
    ...rest,
    failure:
      failure === undefined
        ? null
        : {
            step: failure.stepIndex === undefined ? null : failure.stepIndex + 1,
            line: failure.step?.line ?? null,
            message: failure.message,
            ...failure.mismatch,
          },
  };
}

/** All results in the form that CI systems read (JUnit XML): a suite for each file. */
export function toJunit(results: readonly ConversationResult[]): string {
  const files = new Map<string, ConversationResult[]>();
  for (const result of results) {
    const file = result.conversation.file ?? 'conversations';
    files.set(file, [...(files.get(file) ?? []), result]);
  }
  const suites = [...files].map(([file, cases]) => {
    const count = (outcome: ConversationResult['outcome']) => cases.filter((one) => one.outcome === outcome).length;
    const body = cases.map((one) => {
      const head = `    <testcase name="${toXml(`${one.conversation.name} (${one.over})`)}" classname="${toXml(file)}" time="${(one.durationMs / 1000).toFixed(3)}"`;
      if (one.outcome === 'skipped') return `${head}><skipped/></testcase>`;
      if (one.failure === undefined) return `${head}/>`;
      return `${head}><failure message="${toXml(one.failure.message)}">${toXml(reportConversation(one))}</failure></testcase>`;
    });
    const attributes = `name="${toXml(file)}" tests="${cases.length}" failures="${count('failed')}" skipped="${count('skipped')}"`;
    return [`  <testsuite ${attributes}>`, ...body, '  </testsuite>'].join('\n');
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}

function toXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[^\P{Cc}\n\t]/gu, '');
}
