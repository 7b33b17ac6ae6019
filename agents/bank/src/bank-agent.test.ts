import { validateAgent } from '@parley/dialogue/flow/validate-agent.ts';
import { createTextCall } from '@parley/dialogue/testing/text-call.ts';
import { describe, expect, test } from 'vitest';
import type { Bank } from './bank/bank.ts';
import { BankError } from './bank/bank-error.ts';
import { createBank } from './bank-agent.ts';
import { bankTools } from './bank-tools.ts';
import { sandboxBank } from './sandbox/sandbox-bank.ts';

/** Maya, who has two accounts, two cards and two payees called Anna. */
const maya = ['10482736', '4821'];

/** Callers of one agent, each with a bank of their own behind it: to train it for each would take most of the time. */
let behind: { readonly bank: Bank; readonly person: 'accepted' | 'unavailable' } = {
  bank: sandboxBank(),
  person: 'unavailable',
};
const troubles: unknown[] = [];
const shared = createBank({
  bank: {
    verify: (...given) => behind.bank.verify(...given),
    accounts: (...given) => behind.bank.accounts(...given),
    payees: (...given) => behind.bank.payees(...given),
    cards: (...given) => behind.bank.cards(...given),
    prepareTransfer: (...given) => behind.bank.prepareTransfer(...given),
    makeTransfer: (...given) => behind.bank.makeTransfer(...given),
    blockCard: (...given) => behind.bank.blockCard(...given),
  },
  handOff: async () => behind.person,
  onError: (error) => troubles.push(error),
});

/** A caller; `change` puts other behaviour in the bank's place. */
async function call(
  change: (bank: Bank) => Partial<Bank> = () => ({}),
  person: 'accepted' | 'unavailable' = 'unavailable',
) {
  const bank = sandboxBank();
  behind = { bank: { ...bank, ...change(bank) }, person };
  const line = createTextCall((await shared).agent, { conversationId: 'call', timeZone: 'Europe/Dublin' });
  await line.greet();
  return {
    line,
    /** Says it all, and gives the last answer. */
    async says(...texts: readonly string[]) {
      let said = '';
      for (const text of texts) {
        const reply = await line.say(text);
        said = reply.ended ? `${reply.said} (ended)` : reply.said;
      }
      expect(troubles).toEqual([]);
      return said;
    },
    balances: async () =>
      (await bank.accounts('call', AbortSignal.timeout(1000))).map(({ balance }) => balance.amountMinor),
  };
}

/** Fails so many times, then does what it would have done. */
function failing<Given extends readonly unknown[], Result>(
  work: (...given: Given) => Promise<Result>,
  times = 1,
  error = new BankError('unavailable', 'The bank did not answer'),
) {
  let left = times;
  return async (...given: Given): Promise<Result> => {
    if (left > 0) {
      left -= 1;
      throw error;
    }
    return work(...given);
  };
}

describe('the bank’s folder', () => {
  test('is valid, without a warning', async () => {
    const { definition } = await shared;
    const tools = bankTools(sandboxBank()).map(({ name }) => name);
    expect(validateAgent(definition, { tools, hasModel: false })).toMatchObject({ kind: 'valid', warnings: [] });
  });

  test('talks over a sandbox of its own, through its API, when no bank is given', async () => {
    const own = await createBank();
    try {
      const line = createTextCall(own.agent);
      await line.greet();
      await line.say('my balance please');
      await line.say('10482736');
      expect((await line.say('4821')).said).toContain('Your current account holds €2,450.75');
    } finally {
      await own.close();
    }
  });
});

describe('who is calling', () => {
  test('is asked first, and a number may be told in pieces or keyed in', async () => {
    const { says, line } = await call();
    expect(await says('how much money do I have')).toMatch(/customer number\?$/);
    expect(await says('one zero four eight')).toBe('Go on.');
    expect(await says('two seven three six')).toMatch(/^1 0 4 8 2 7 3 6, thank you\..*PIN\?$/);
    const { said, outputs } = await line.say('4821', { modality: 'digits' });
    expect(said).toMatch(
      /^Thank you, Maya\. Your current account holds €2,450\.75, and your savings account holds €12,800\./,
    );
    const told = JSON.stringify(outputs.filter(({ type }) => type !== 'finished')) + JSON.stringify(line.memory?.slots);
    expect(told).not.toContain('4821');
  });

  test('is not asked again for the next wish', async () => {
    const { says } = await call();
    await says('my balance', ...maya);
    expect(await says('who can I send money to')).toContain('Tom Becker, Anna Novák, Anna Keane and City Energy');
    expect(await says('and my savings account')).toMatch(/^Your savings account holds €12,800\./);
  });

  test('is shown by a card and the date of birth where the PIN is forgotten', async () => {
    const { says, line } = await call();
    expect(await says('balance please', '10482736', "I can't remember my PIN")).toMatch(/last four digits\?$/);
    expect(await says('double seven two oh')).toBe('And your date of birth?');
    expect(await says('the twelfth of April 1988')).toContain('Thank you, Maya');
    expect(JSON.stringify(line.memory?.slots)).not.toMatch(/7720|1988/);
  });

  test('may be told at the front door to have no PIN', async () => {
    const { says } = await call();
    expect(await says('I forgot my PIN')).toContain('your date of birth instead');
    expect(await says('block my debit card', '10482736')).toMatch(/last four digits\?$/);
  });

  test('can go back to the PIN that came to mind again', async () => {
    const { says } = await call();
    expect(await says('my balance', '10482736', 'I forgot my PIN')).toMatch(/last four digits\?$/);
    expect(await says('wait, I do remember my PIN now')).toMatch(/PIN (will do|then)\. And.*PIN\?$/);
    expect(await says('4821')).toContain('Thank you, Maya');
  });

  test.each([
    ['is it safe to give you my PIN?', /^It is\. I only use it to check.*PIN\?$/],
    ['why do you need that?', /^I need it to be sure that it's you.*PIN\?$/],
  ])('is answered, and asked on: %s', async (question, answer) => {
    const { says } = await call();
    expect(await says('my balance', '10482736', question)).toMatch(answer);
    expect(await says('4821')).toContain('Thank you, Maya');
  });

  test('need not tell a PIN: there is a card, or a person', async () => {
    const { says, line } = await call();
    expect(await says('my balance', '10482736', "I won't tell you my PIN")).toMatch(
      /don't have to.*Shall we do that\?$/,
    );
    expect(await says('yes please')).toMatch(/last four digits\?$/);
    expect(await says("I'm not telling you that")).toMatch(/Shall I put you through\?$/);
    expect(await says('yes')).toMatch(/nobody is free just now/);
    expect(line.actions).toEqual(['handoff_requested']);
  });

  test('loses no try of a PIN to a sum', async () => {
    const { says } = await call();
    expect(await says('send forty euros to Tom from current', '10482736', 'no 12.50')).toMatch(/PIN\?$|PIN\./);
    expect(await says('no 1250')).not.toContain("doesn't match");
    expect(await says('no, send 1250 to Tom')).toMatch(/PIN\?$/);
    expect(await says('4821')).toMatch(/^Thank you, Maya\..*€1,250 to Tom Becker/);
  });

  test('who says the wish again is asked on, and loses nothing', async () => {
    const { says } = await call();
    await says('send money to Tom', '10482736', 'I forgot my PIN', '7720');
    expect(await says('Tom')).toMatch(/date of birth\?/);
    expect(await says('send fifty euros')).toMatch(/^And your date of birth\?$/);
    expect(await says('the twelfth of April 1988')).toMatch(/€50 to Tom Becker\./);
  });

  test('and another payee, told meanwhile, is the one', async () => {
    const { says } = await call();
    await says('send forty euros to Tom from current', '10482736', 'no, send fifty to Anna Keane');
    expect(await says('4821')).toMatch(/€50 to Anna Keane, from your current account\. Shall I send it\?$/);
  });

  test('is told that a second wish comes once that is clear', async () => {
    const { says } = await call();
    await says('my balance', '10482736');
    expect(await says('send forty euros to Tom from current')).toMatch(/^(Certainly, once|Sure, just after).*PIN\?$/);
    expect(await says('4821')).toMatch(/Shall I send it\?$/);
    expect(await says('yes')).toMatch(/on its way.*Your current account holds €2,410\.75/);
    expect(await says('lost my debit card')).toMatch(/^(I'm sorry to hear|Oh no).*Shall I do it now\?$/);
  });

  test('gets three tries, and is then locked out, with a person asked for', async () => {
    const { says, line } = await call();
    expect(await says('my balance', '10482736', '1111')).toMatch(/doesn't match\. You have 2 tries left.*PIN\?$/);
    expect(await says('2222')).toMatch(/one try left.*customer number\?$/);
    expect(await says('10482736', '3333')).toMatch(/can't check any further.*nobody is free.*\(ended\)$/);
    expect(line.actions.at(-1)).toBe('handoff_requested');
  });

  test('is put through when somebody is free', async () => {
    const { says, line } = await call(() => ({}), 'accepted');
    const said = await says('my balance', '10482736', '1111', '2222', '10482736', '3333');
    expect(said).toMatch(/putting you through\. \(ended\)$/);
    expect(line.actions.at(-1)).toBe('handed_off');
  });

  test('who is locked out with a lost card hears the card line', async () => {
    const { says } = await call();
    const said = await says('my card was stolen', '10482736', '1111', '2222', '10482736', '3333');
    expect(said).toMatch(/card line right away, on \+353 20 910 0100/);
  });

  test('hears that the bank does not answer, and can go on later', async () => {
    const { says } = await call((bank) => ({ verify: failing(bank.verify) }));
    expect(await says('my balance', ...maya)).toMatch(/our system isn't answering.*(anything else|what else)/i);
    expect(await says('my balance', '4821')).toContain('€2,450.75');
  });

  test('is checked again when the bank has forgotten it', async () => {
    const { says } = await call((bank) => ({
      accounts: failing(bank.accounts, 1, new BankError('not_verified', 'Verify the caller first')),
    }));
    expect(await says('my balance', ...maya)).toContain("It's been a while");
    expect(await says('yes')).toMatch(/PIN\?$/);
    expect(await says('4821')).toContain('€2,450.75');
  });
});

describe('a transfer', () => {
  test('takes all of a sentence, is read back after the legal line, and is made after a yes', async () => {
    const { says, line, balances } = await call();
    expect(await says('send forty euros to Tom from my current account', ...maya)).toBe(
      'Thank you, Maya. €40 to Tom Becker. Please note: transfers cannot be taken back. €40 to Tom Becker, from your current account. Shall I send it?',
    );
    expect(line.actions).toEqual(['identity_checked']);
    expect(await says('yes')).toMatch(
      /^Done, €40 is on its way to Tom Becker\. Your current account now holds €2,410\.75\./,
    );
    expect(line.actions).toEqual(['identity_checked', 'transfer_made']);
    expect(await balances()).toEqual([241_075, 1_280_000]);
  });

  test('says the legal line so that nothing stops it', async () => {
    const { line, says } = await call();
    await says('send forty euros to Tom', ...maya);
    const { outputs } = await line.say('current');
    expect(outputs.find((output) => output.type === 'say' && output.interruptible === false)).toMatchObject({
      text: expect.stringContaining('cannot be taken back'),
    });
  });

  test('asks which Anna, also when she is the correction', async () => {
    const { says, balances } = await call();
    expect(await says('I want to pay Anna', ...maya)).toMatch(/Which one is it for: Anna Novák or Anna Keane\?$/);
    await says('Novak', 'fifty euros');
    expect(await says('savings')).toMatch(/€50 to Anna Novák, from your savings account\. Shall I send it\?$/);
    expect(await says('no, to Tom')).toBe('€50 to Tom Becker, from your savings account. Shall I send it?');
    expect(await says('anna')).toMatch(/^Which one do you mean: Anna Novák or Anna Keane\?$/);
    expect(await says('keane')).toBe('€50 to Anna Keane, from your savings account. Shall I send it?');
    expect(await says('ok then sixty')).toBe('€60 to Anna Keane, from your savings account. Shall I send it?');
    await says('no');
    expect(await says('how much')).toMatch(/^How much|^And how much/);
    await says('seventy euros');
    expect(await balances()).toEqual([245_075, 1_280_000]);
    await says('yes');
    expect(await balances()).toEqual([245_075, 1_273_000]);
  });

  test('that is over a limit or over the balance is asked for smaller', async () => {
    const { says, balances } = await call();
    expect(await says('transfer six thousand euros to Tom Becker', ...maya)).toMatch(/€5,000 at a time, at most\./);
    expect(await says('three thousand', 'current')).toMatch(
      /^That's more than the account holds\. There's €2,450\.75 in your current account\. How much should I send instead\?$/,
    );
    expect(await says('from savings then')).toMatch(/instead\?$/);
    expect(await says('three thousand')).toMatch(
      /€3,000 to Tom Becker, from your savings account\. Shall I send it\?$/,
    );
    await says('yes');
    expect(await balances()).toEqual([245_075, 980_000]);
  });

  test('stops at the day’s limit', async () => {
    const { says, balances } = await call();
    await says('send five thousand euros to Tom from savings', ...maya, 'yes');
    expect(await says('send five thousand euros to Tom from savings', 'yes')).toContain('on its way');
    expect(await says('send fifty euros to Tom from current')).toMatch(/over €10,000 today, which is the limit/);
    expect(await says('never mind')).toContain('Nothing has been changed');
    expect(await balances()).toEqual([245_075, 280_000]);
  });

  test('names the payees there are when the name is unknown', async () => {
    const { says } = await call();
    expect(await says('send money', ...maya)).toMatch(/Who is it for\?$/);
    expect(await says('Bartholomew')).toContain('You can send to Tom Becker, Anna Novák, Anna Keane or City Energy.');
    expect(await says('Tomm Becker')).toMatch(/^Tom Becker, okay\./);
  });

  test('in another currency is refused in words', async () => {
    const { says } = await call();
    expect(await says('send fifty dollars to Tom', ...maya)).toMatch(/I can only send euros\. (How much|And how much)/);
    expect(await says('twenty quid')).toMatch(/I can only send euros\. (How much|And how much)/);
  });

  test('of forty two fifty is one of €42.50', async () => {
    const { says } = await call();
    expect(await says('send forty two fifty to Tom from current', ...maya)).toMatch(
      /€42\.50 to Tom Becker, from your current account\. Shall I send it\?$/,
    );
    expect(await says('no, nineteen ninety nine')).toMatch(/^€19\.99 to Tom Becker/);
  });

  test('is agreed to in the caller’s own words, and no "one" is a sum', async () => {
    const { says, balances } = await call();
    await says('send money to Tom', ...maya);
    expect(await says('from the current one please')).toMatch(/ow much.*\?$/);
    await says('eighty seven euros and thirty cents');
    expect(await balances()).toEqual([245_075, 1_280_000]);
    expect(await says('send it')).toMatch(/^Done, €87\.30 is on its way/);
  });

  test('between their own accounts is left to the app, and other services to a colleague', async () => {
    const { says, line } = await call();
    expect(await says('move money from savings to my current account')).toMatch(/quickest in the app/);
    expect(await says('I want a mortgage')).toMatch(/something for a colleague\. Shall I put you through\?$/);
    for (const wish of ['can I get a loan', 'I need a bank statement', 'set up a standing order']) {
      expect(await says(wish)).toBe("That's something for a colleague. Shall I put you through?");
    }
    expect(await says('yes please')).toMatch(/nobody is free just now\. I've noted it/);
    expect(line.actions).toEqual(['handoff_requested']);
  });

  test('goes on after questions on the way', async () => {
    const { says } = await call();
    await says('send money to Tom', ...maya);
    expect(await says("what's my balance")).toMatch(/€2,450\.75.*(How much|how much).*\?$/);
    expect(await says('are you open on Saturday')).toMatch(/on Saturdays.*(How much|how much).*\?$/);
    expect(await says('forty two euros fifty', 'current')).toMatch(/€42\.50 to Tom Becker, from your current account/);
  });

  test('is not made after no, cancel, or bye', async () => {
    for (const words of [['no', 'no'], ['forget it'], ['no thanks bye'], ['no leave it']]) {
      const { says, line, balances } = await call();
      await says('send forty euros to Tom from current', ...maya, ...words);
      expect(line.actions, words.join()).toEqual(['identity_checked']);
      expect(await balances()).toEqual([245_075, 1_280_000]);
    }
  });

  test('whose answer was lost is asked for again, and is made once', async () => {
    const { says, balances } = await call((bank) => ({
      // Made, but the answer never came.
      makeTransfer: lost(bank.makeTransfer),
    }));
    expect(await says('send forty euros to Tom from current', ...maya, 'yes')).toMatch(
      /can't say yet whether it went through/,
    );
    expect(await says('yes')).toMatch(/gone through already, so I won't send it twice/);
    expect(await balances()).toEqual([241_075, 1_280_000]);
  });

  test('is prepared anew when the caller took too long', async () => {
    const gone = new BankError('prepared_transfer_gone', 'Too old');
    const { says, line } = await call((bank) => ({ makeTransfer: failing(bank.makeTransfer, 1, gone) }));
    expect(await says('send forty euros to Tom from current', ...maya, 'yes')).toMatch(
      /check it once more\. €40 to Tom Becker.*Shall I send it\?$/,
    );
    expect(line.actions).not.toContain('transfer_made');
    expect(await says('yes')).toContain('on its way');
  });

  test('is left when the bank does not answer, and nothing was sent', async () => {
    const { says } = await call((bank) => ({ payees: failing(bank.payees) }));
    expect(await says('send forty euros to Tom from current', ...maya)).toMatch(
      /Nothing has been sent\. Shall I try again\?$/,
    );
    expect(await says('yes')).toMatch(/Shall I send it\?$/);
  });
});

describe('a lost card', () => {
  test('is blocked after a yes only', async () => {
    const { says, line } = await call();
    expect(await says("I've lost my card", ...maya)).toMatch(/your debit card or your credit card\?$/);
    expect(await says('the credit one')).toMatch(
      /credit card ending in 7 7 2 0\. That's for good\. Shall I do it now\?$/,
    );
    expect(await says('no, the debit card')).toMatch(/debit card ending in 3 3 9 1/);
    expect(line.actions).toEqual(['identity_checked']);
    expect(await says('yes')).toMatch(/^It's done\. Your debit card is blocked/);
    expect(await says('my debit card was stolen')).toMatch(/blocked already/);
  });

  test('of a caller with one card is that one', async () => {
    const { says } = await call();
    expect(await says('block my card please', '20913845', '7305')).toMatch(/Was it lost or stolen\?$/);
    expect(await says('stolen')).toMatch(/debit card ending in 1 0 5 8/);
  });

  test('that cannot be blocked now: the card line', async () => {
    const { says } = await call((bank) => ({ blockCard: failing(bank.blockCard, 9) }));
    expect(await says('someone stole my debit card', ...maya, 'yes')).toMatch(
      /can't say whether it's blocked\. Shall I try again\?$/,
    );
    expect(await says('no')).toMatch(/card line.*\+353 20 910 0100/);
  });
});

describe('at any time', () => {
  test('help, a person, repeat, start over and goodbye work', async () => {
    const { says, line } = await call();
    expect(await says('what can you do')).toMatch(/^You can ask for your balance, send money, or block a lost card\./);
    expect(await says('send money to Tom', '10482736', 'help')).toMatch(/PIN\?$/);
    expect(await says('can I speak to a person')).toMatch(/nobody is free.*PIN\?$/);
    expect(await says('4821', 'what did you say')).toMatch(/^Thank you, Maya\. To Tom Becker\./);
    expect(await says('start over')).toMatch(/Who is it for\?$/);
    expect(await says('goodbye')).toMatch(/\(ended\)$/);
    expect(line.actions).toEqual(['handoff_requested', 'identity_checked']);
  });

  test('a payment that was not theirs is for a person', async () => {
    const { says, line } = await call(() => ({}), 'accepted');
    expect(await says("there's a payment I didn't make")).toMatch(/colleague.*putting you through\. \(ended\)$/);
    expect(line.actions).toEqual(['handed_off']);
  });
});

/** Does it, and loses the first answer. */
function lost<Given extends readonly unknown[], Result>(work: (...given: Given) => Promise<Result>) {
  let isFirst = true;
  return async (...given: Given): Promise<Result> => {
    const result = await work(...given);
    if (!isFirst) return result;
    isFirst = false;
    throw new BankError('unavailable', 'The answer was lost');
  };
}
