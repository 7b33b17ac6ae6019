import { startFailingVendors } from './failover/failing-vendors.ts';
import { faults } from './failover/faults.ts';
import { answerWords, type HeardTurn, line, struckCall } from './failover/struck-call.ts';
import { median, print } from './statistics.ts';

/** Times for each fault. */
const rounds = 4;
/** Faults in one call, each in a turn of its own, behind a turn without. */
const atOnce = 3;

/**
 * What a caller notices when a vendor fails in the middle of a turn: calls over real audio to a whole server, whose vendors are fakes.
 * About nine minutes.
 */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const vendors = await startFailingVendors();
  const seen = faults.map((fault) => ({ fault, added: [] as number[], gaps: [] as number[], wrong: [] as string[] }));
  /** In turns without a fault: what the line and this machine do to words. */
  const amiss: string[] = [];
  let failed = 0;
  try {
    for (let call = 0; call < (rounds * faults.length) / atOnce; call += 1) {
      const struck = seen.slice((call * atOnce) % seen.length).slice(0, atOnce);
      const { turns, failure, takeovers } = await struckCall(vendors, [undefined, ...struck.map(({ fault }) => fault)]);
      if (failure !== undefined) failed += 1;
      const [without, ...withFault] = turns;
      if (without !== undefined) amiss.push(...wrongWords(without));
      for (const [index, { fault, added, gaps, wrong }] of struck.entries()) {
        const turn = withFault[index];
        if (!takeovers.some((part) => part.startsWith(partNames[fault.part]))) wrong.push('nobody took over');
        if (turn?.waitedMs === undefined || without?.waitedMs === undefined) {
          wrong.push('not answered');
          continue;
        }
        added.push(turn.waitedMs - without.waitedMs);
        gaps.push(turn.longestGapMs - without.longestGapMs);
        wrong.push(...wrongWords(turn));
      }
    }
  } finally {
    await vendors.close();
  }
  const figures = seen.map(({ fault, added, gaps, wrong }) => [
    fault.name,
    `added wait ${Math.round(median(added))}, worst ${Math.round(Math.max(...added))} ms; added gap, worst ${Math.round(Math.max(0, ...gaps))} ms; ${wrong.length === 0 ? 'all words, once' : wrong.join('; ')}`,
  ]);
  print(json, {
    'times each': rounds,
    'calls that failed': failed,
    'words in turns without a fault': amiss.length === 0 ? 'all words, once' : amiss.join('; '),
    ...Object.fromEntries(figures),
  });
}

const partNames = { ear: 'recogniser', voice: 'voice', model: 'language model' } as const;

function wrongWords({ caller, recorded, words }: HeardTurn): readonly string[] {
  const wrong: string[] = [];
  if (caller !== line.toLowerCase()) wrong.push(`heard "${caller}"`);
  const written = recorded.toLowerCase().match(/[a-z]+/g) ?? [];
  if (written.join(' ') !== answerWords.join(' ')) wrong.push(`recorded "${recorded}"`);
  const lost = answerWords.filter((word) => !words.includes(word));
  const twice = words.filter((word, at) => words.indexOf(word) !== at);
  if (lost.length > 0) wrong.push(`not in the sound: ${lost.join(' ')}`);
  if (twice.length > 0) wrong.push(`twice in the sound: ${twice.join(' ')}`);
  return wrong;
}
