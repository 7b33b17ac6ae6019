import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { startTwilioFake } from '@parley/fakes/twilio/twilio-fake.ts';
import { expect, it, onTestFinished } from 'vitest';
import { runChecks } from './check.ts';
import { twilioChecks } from './twilio-check.ts';

async function found(
  more: { readonly authToken?: string; readonly publicUrl?: string; readonly isAway?: boolean } = {},
) {
  const fake = await startTwilioFake({ port: 0, brain: createToneBrain() });
  onTestFinished(() => fake.close());
  if (more.isAway === true) await fake.close();
  const { accountSid, authToken, url: apiBaseUrl } = fake;
  const twilio = {
    accountSid,
    authToken: more.authToken ?? authToken,
    apiBaseUrl,
    number: undefined,
    replicaUrl: undefined,
    records: false,
  };
  const checks = twilioChecks({ twilio, identity: { publicUrl: more.publicUrl ?? 'https://agent.example' } });
  const [finding] = await runChecks(checks, new AbortController().signal);
  return finding;
}

it('an account that is there works', async () => {
  expect(await found()).toMatchObject({ outcome: 'works', detail: 'the account is active' });
});

it.each([
  ['a wrong token', { authToken: 'not the token of the account' }, /does not know TWILIO_ACCOUNT_SID/],
  ['no way there', { isAway: true }, /did not answer/],
] as const)('%s is told with what to do', async (_, more, problem) => {
  expect(await found(more)).toMatchObject({ outcome: 'fails', problem: expect.stringMatching(problem) });
});

it('Twilio itself opens no streams without TLS, the one for tests on this machine does', async () => {
  const twilio = {
    accountSid: undefined,
    authToken: 'a token',
    number: undefined,
    replicaUrl: undefined,
    records: false,
  };
  const identity = { publicUrl: 'http://agent.example' };
  for (const apiBaseUrl of [
    'https://api.twilio.com',
    'https://api.dublin.ie1.twilio.com',
    'http://127.0.0.1.example',
  ]) {
    const [finding] = await runChecks(
      twilioChecks({ twilio: { ...twilio, apiBaseUrl }, identity }),
      new AbortController().signal,
    );
    expect(finding).toMatchObject({ outcome: 'fails', problem: expect.stringContaining('not https') });
  }
  expect(await found({ publicUrl: 'http://127.0.0.1:3000' })).toMatchObject({ outcome: 'works' });
});

it('without Twilio there is nothing to check', () => {
  expect(twilioChecks({ twilio: undefined, identity: { publicUrl: undefined } })).toEqual([]);
});
