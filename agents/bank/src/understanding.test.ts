import { type FirstWish, openFirstWishes } from '@parley/dialogue/testing/first-wishes.ts';
import { expect, test } from 'vitest';

/** First wishes, with what is meant by them. None of them is an example. */
const unseen: readonly FirstWish[] = [
  ['could you give me the balance on my account', 'balance'],
  ['has the payment from my employer landed yet', 'balance'],
  ['how much cash is sitting in my savings account', 'balance'],
  ["i'm wondering if i still have some money", 'balance'],
  ['what do i have available', 'balance'],
  ['i have to send my daughter some money for books', 'transfer'],
  ['can you get sixty euros to daniel today', 'transfer'],
  ['my friend lent me thirty euros and i want to return it', 'transfer'],
  ['could you help me make a payment', 'transfer'],
  ['need to send cash to my mum asap', 'transfer'],
  ["my debit card's disappeared", 'lost_card'],
  ["i've been mugged and they took my cards", 'lost_card'],
  ["the atm didn't give me my card back", 'lost_card'],
  ['can you lock my credit card please i left it in the pub', 'lost_card'],
  ['i dropped my card somewhere in town', 'lost_card'],
  ['how much can i pay out at most', 'limits'],
  ["what's the biggest amount you let me send", 'limits'],
  ['would you let me transfer eight thousand today', 'limits'],
  ['when does your branch close tonight', 'hours'],
  ['can i pop into the bank on a sunday', 'hours'],
  ['at what time do you open on monday morning', 'hours'],
  ["can you tell me who i've got saved to pay", 'payees'],
  ['which recipients do i have', 'payees'],
  ['is my sister on the list of people i can pay', 'payees'],
  ['there is a payment on my statement that i never made', 'fraud'],
  ['i think my account has been compromised', 'fraud'],
  ['someone rang pretending to be you and i gave them my details', 'fraud'],
  ['i was ripped off by an online shop', 'fraud'],
  ['can i add my new landlord so that i can pay him', 'new_payee'],
  ["i need to put in bank details for someone i haven't paid before", 'new_payee'],
  ['set up a recipient please', 'new_payee'],
  ["oh no i can't remember the pin", 'forgot_pin'],
  ["i've lost my pin number", 'forgot_pin'],
  ['please move a hundred out of my savings into current', 'own_accounts'],
  ["i'd like to put some of my pay into savings", 'own_accounts'],
  ['do you give loans for cars', 'other_service'],
  ["i've moved and my address is different now", 'other_service'],
  ['my banking app keeps crashing', 'other_service'],
  ['i would like a statement for last year', 'other_service'],
  ['could you pass me to one of your staff', 'human'],
  ["i'd like to chat to a real person please", 'human'],
  ['is this an automated system', 'are_you_human'],
  ['what sum is in my current account', 'balance'],
  ['could you let me know what i still have left this month', 'balance'],
  ['did my money come in', 'balance'],
  ['have i got enough to pay for a holiday', 'balance'],
  ['i need to give my son a hundred euros', 'transfer'],
  ['can i send money to anna', 'transfer'],
  ['pay my gas bill please', 'transfer'],
  ["i'd like some money to go to my landlord", 'transfer'],
  ["my card's been taken", 'lost_card'],
  ["i can't seem to find my debit card", 'lost_card'],
  ["quick block everything my wallet's gone", 'lost_card'],
  ['i left my card at the checkout', 'lost_card'],
  ['what is the highest amount for one payment', 'limits'],
  ['how much money can i transfer each day', 'limits'],
  ['is there a limit', 'limits'],
  ['are you open at the weekend', 'hours'],
  ['till when can i visit the branch', 'hours'],
  ['what time does the bank open', 'hours'],
  ['tell me the names of the people i can transfer to', 'payees'],
  ['who are the people on my list', 'payees'],
  ['have you got my mum saved', 'payees'],
  ["i see a payment to a shop i've never been to", 'fraud'],
  ['somebody took five hundred euros from me', 'fraud'],
  ['i got a call from a fake bank employee', 'fraud'],
  ['my online account was hacked', 'fraud'],
  ['how do i put a new person on there', 'new_payee'],
  ['i want to add my dentist as a payee', 'new_payee'],
  ["i really don't know what my pin is", 'forgot_pin'],
  ["my pin's gone i forgot", 'forgot_pin'],
  ['transfer two hundred to my savings account', 'own_accounts'],
  ['could you put money from my current account to my savings', 'own_accounts'],
  ['can i get a mortgage from you', 'other_service'],
  ['how do i order a new card', 'other_service'],
  ['i want to close my account', 'other_service'],
  ["i can't get into the app", 'other_service'],
  ['i need a human', 'human'],
  ['can i have a word with one of your advisers', 'human'],
  ['are you a machine', 'are_you_human'],
];

/** Nothing that the agent can do; at most it is offered to a colleague. */
const outOfScope = [
  "what's the weather in paris",
  'can you order me a pizza',
  'who wrote hamlet',
  'my washing machine is leaking',
];

const { ask, actedOn } = await openFirstWishes(new URL('..', import.meta.url));

test('what nobody wrote down is understood, and rarely taken for something else', async () => {
  const { right, misled, known, faults } = await ask(unseen);
  expect(known).toEqual([]);
  expect(right, faults.join('\n')).toBeGreaterThanOrEqual(0.85);
  expect(misled, faults.join('\n')).toBeLessThanOrEqual(0.05);
});

test('what is none of its business starts nothing', async () => {
  for (const text of outOfScope) expect([undefined, 'other_service'], text).toContain(await actedOn(text));
});
