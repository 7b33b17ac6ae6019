import { LegError, type LegKind } from '@parley/channels/phone/phone-leg.ts';
import { createLegDouble } from '@parley/channels/phone/testing/leg-double.ts';
import { describe, expect, it } from 'vitest';
import type { Dialer, DialRequest, DialTarget } from './phone-desk.ts';
import { createWaysOut, dialByWays } from './ways-out.ts';

const mine = '00000000-0000-4000-8000-000000000001';
const number: DialTarget = { kind: 'number', number: '+353861234567' };
const sipNumber = '+35315550100';
const twilioNumber = '+35315550200';
const settingsNumber = '+35315550300';
const anyNumber = '+35315550400';

function dialer(kind: LegKind, dial: Dialer['dial'] = never, canReach: Dialer['canReach'] = () => true): Dialer {
  return { kind, canReach, dial };
}

const never: Dialer['dial'] = () => Promise.reject(new Error('Not to be dialled.'));
const answered: Dialer['dial'] = async () => ({ leg: createLegDouble({ callId: 'person' }), answeredBy: 'person' });
const failing = (code: LegError['code']) => dialer('sip', () => Promise.reject(new LegError(code, code)));
const ringingThen =
  (code: LegError['code']): Dialer['dial'] =>
  ({ onRinging }) => {
    onRinging?.();
    return Promise.reject(new LegError(code, code));
  };

describe('which way a call from here takes', () => {
  const errors: unknown[] = [];
  const both = (channelOf?: (number: string) => Promise<LegKind | undefined>) => {
    const channels: Record<string, LegKind> = { [sipNumber]: 'sip', [twilioNumber]: 'twilio' };
    const ways = createWaysOut({
      numbers: { channelOf: (_, shown) => channelOf?.(shown) ?? Promise.resolve(channels[shown]) },
      ownNumbers: new Map([[settingsNumber, 'twilio']]),
      mayUse: (organizationId) => organizationId === mine,
      onError: (error) => errors.push(error),
    });
    // In the order in which the server opens them.
    ways.open(dialer('twilio'));
    ways.open(dialer('sip'));
    return ways;
  };
  const kinds = async (ways: ReturnType<typeof both>, target: DialTarget, shown: string) =>
    (await ways.to(target, mine, shown)).map(({ kind }) => kind);

  it.each([
    ['the trunk, with a number of the trunk', sipNumber, ['sip', 'twilio']],
    ['Twilio, with a number of Twilio', twilioNumber, ['twilio', 'sip']],
    ['Twilio, with the number of the settings', settingsNumber, ['twilio', 'sip']],
    ['the trunk, with a number of which it was not said', anyNumber, ['sip', 'twilio']],
  ])('%s', async (_, shown, expected) => {
    expect(await kinds(both(), number, shown)).toEqual(expected);
  });

  it('straight to a SIP address, whatever number is shown', async () => {
    expect(await kinds(both(), { kind: 'sip', address: 'sip:anna@far.example' }, twilioNumber)).toEqual([
      'sip',
      'twilio',
    ]);
  });

  it('none for an organization to which the telephone is not open', async () => {
    const other = '00000000-0000-4000-8000-000000000002';
    expect(await both().to(number, other, sipNumber)).toEqual([]);
    expect(both().canReach(number, other)).toBe(false);
    expect(both().canReach(number, mine)).toBe(true);
  });

  it('the usual one while the database is away', async () => {
    const away = new Error('away');
    expect(
      await kinds(
        both(() => Promise.reject(away)),
        number,
        twilioNumber,
      ),
    ).toEqual(['sip', 'twilio']);
    expect(errors).toEqual([away]);
  });
});

describe('a way that fails', () => {
  const signal = new AbortController().signal;
  const request: DialRequest = {
    ...{ organizationId: mine, target: number, callerNumber: sipNumber, ringTimeoutMs: 20_000 },
  };

  it.each(['unreachable', 'not_supported'] as const)(
    'before anything rang (%s) is followed by the next',
    async (code) => {
      const tried: LegKind[] = [];
      const dialed = await dialByWays([failing(code), dialer('twilio', answered)], request, signal, (kind) => {
        tried.push(kind);
      });
      expect(dialed.leg.callId).toBe('person');
      expect(tried).toEqual(['sip', 'twilio']);
    },
  );

  it('is told that there is another, and the last that there is none', async () => {
    const told: (boolean | undefined)[] = [];
    const way = dialer('sip', ({ hasAlternative }) => {
      told.push(hasAlternative);
      return Promise.reject(new LegError('unreachable', 'away'));
    });
    await expect(dialByWays([way, way], request, signal)).rejects.toBeInstanceOf(LegError);
    expect(told).toEqual([true, false]);
  });

  it.each(['busy', 'no_answer', 'refused'] as const)('because of whom it called (%s) is the last', async (code) => {
    await expect(dialByWays([failing(code), dialer('twilio')], request, signal)).rejects.toMatchObject({ code });
  });

  it('after it rang is the last, so that no telephone rings twice', async () => {
    const ways = [dialer('sip', ringingThen('unreachable')), dialer('twilio')];
    const rings: string[] = [];
    const ringing = { ...request, onRinging: () => void rings.push('ring') };
    await expect(dialByWays(ways, ringing, signal)).rejects.toMatchObject({ code: 'unreachable' });
    expect(rings).toHaveLength(1);
  });

  it('as the last one says how it ended', async () => {
    const ways = [failing('not_supported'), failing('unreachable')];
    await expect(dialByWays(ways, request, signal)).rejects.toMatchObject({ code: 'unreachable' });
    await expect(dialByWays([], request, signal)).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('when the call is cancelled is followed by none', async () => {
    const abort = new AbortController();
    const cancelled = new LegError('ended', 'cancelled');
    const first = dialer('sip', () => {
      abort.abort(cancelled);
      return Promise.reject(new LegError('unreachable', 'late'));
    });
    await expect(dialByWays([first, dialer('twilio')], request, abort.signal)).rejects.toBe(cancelled);
  });
});
