import { describe, expect, it } from 'vitest';
import type { Span } from './tracing.ts';
import { createTurnSpans } from './turn-spans.ts';

/** Writes down the tree of spans as it grows: `turn > recognition`. */
function root(): { readonly span: Span; readonly begun: string[]; readonly ended: string[] } {
  const begun: string[] = [];
  const ended: string[] = [];
  const make = (path: string): Span => ({
    child: (name, attributes = {}, startedAtEpochMs) => {
      const number = attributes['turn.number'];
      const own = `${path}${path === '' ? '' : ' > '}${name}${number === undefined ? '' : ` ${number}`}`;
      begun.push(startedAtEpochMs === undefined ? own : `${own} from ${startedAtEpochMs}`);
      return make(own);
    },
    set() {},
    end: () => void ended.push(path),
  });
  return { span: make(''), begun, ended };
}

const heard = (startedAtEpochMs: number) => ({
  startedAtEpochMs,
  endedAtEpochMs: startedAtEpochMs + 10,
  attributes: {},
});
/** Before any time that a clock gives now, and after. */
const [before, later] = [1000, 9e15];

describe('the spans of turns', () => {
  it('begin with the voice of the caller', () => {
    const { span, begun } = root();
    const spans = createTurnSpans(span);
    spans.hearing(before);
    spans.heard(heard(before));
    spans.turn(1, 'turn');
    expect(begun).toEqual([`turn 1 from ${before}`, `turn 1 > recognition from ${before}`]);
  });

  it('take in what is heard after the agent was asked ahead of the end', () => {
    const { span, begun } = root();
    const spans = createTurnSpans(span);
    spans.hearing(before);
    spans.turn(1, 'turn');
    spans.heard(heard(before));
    // Asked again, since the words had changed.
    spans.turn(1, 'turn');
    expect(begun).toEqual([`turn 1 from ${before}`, `turn 1 > recognition from ${before}`]);
  });

  it('leave what is said into an answer to the turn that comes of it', () => {
    const { span, begun, ended } = root();
    const spans = createTurnSpans(span);
    spans.turn(1, 'turn');
    spans.hearing(later);
    spans.heard(heard(later));
    spans.turn(2, 'turn');
    expect(begun).toEqual(['turn 1', `turn 2 from ${later}`, `turn 2 > recognition from ${later}`]);
    expect(ended).toContain('turn 1');
  });

  it('end when all of the turn is stored, and with the conversation at the latest', () => {
    const { span, ended } = root();
    const spans = createTurnSpans(span);
    spans.turn(1, 'turn');
    spans.finished(7, {});
    expect(ended).toEqual([]);
    spans.finished(1, {});
    expect(ended).toEqual(['turn 1']);
    spans.turn(2, 'turn');
    spans.close();
    expect(ended).toEqual(['turn 1', 'turn 2']);
  });
});
