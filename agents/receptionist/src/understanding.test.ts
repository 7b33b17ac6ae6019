import { type FirstWish, openFirstWishes } from '@parley/dialogue/testing/first-wishes.ts';
import { expect, test } from 'vitest';

/** First wishes, with what is meant by them. None of them is an example. */
const unseen: readonly FirstWish[] = [
  ["hi there i'd love to have my hair cut sometime this week", 'book'],
  ['any chance you could do my beard tomorrow after lunch', 'book'],
  ['my husband would like to come in for a shave on thursday', 'book'],
  ['i want to get rid of this mop on my head', 'book'],
  ['can you pencil me in for wednesday', 'book'],
  ['we need two haircuts for my kids', 'book'],
  ['i was wondering if i could come for a color on saturday', 'book'],
  ['gimme a haircut for tomorrow', 'book'],
  ['could we do thursday rather than wednesday for my haircut', 'change_appointment'],
  ["i've got a meeting at that time so i need to move my slot", 'change_appointment'],
  ['my train is delayed is it okay if i come twenty minutes later', 'change_appointment'],
  ['can you put me on another day', 'change_appointment'],
  ['i would like to alter my booking please', 'change_appointment'],
  ['is there any way to get an earlier time than the one i booked', 'change_appointment'],
  ["sorry but i'm not able to come in on monday", 'cancel_appointment'],
  ["i don't want my appointment anymore", 'cancel_appointment'],
  ["my little boy is sick so we're not coming to his haircut", 'cancel_appointment'],
  ['could you take my booking out', 'cancel_appointment'],
  ['i have to drop my friday appointment', 'cancel_appointment'],
  ['what time are you there until', 'opening_hours'],
  ['is sunday a day you work', 'opening_hours'],
  ['from when to when are you open', 'opening_hours'],
  ['do you open before nine', 'opening_hours'],
  ["can you tell me when i'm due", 'my_appointment'],
  ['did i book for ten or for eleven', 'my_appointment'],
  ['could you look whether my appointment is in your calendar', 'my_appointment'],
  ['which afternoons are you free', 'free_times'],
  ["what's the quickest you could take me", 'free_times'],
  ['is anything left on saturday morning', 'free_times'],
  ['have you any slots tomorrow', 'free_times'],
  ['what can a customer get done at your place', 'services'],
  ['do you also cut long hair', 'services'],
  ['do you happen to offer beard coloring', 'services'],
  ['what am i looking at for a haircut price wise', 'prices'],
  ['tell me what a shave costs', 'prices'],
  ['how many bucks is a trim', 'prices'],
  ['how long does getting a color normally take', 'how_long'],
  ['will i be done within an hour', 'how_long'],
  ['could you tell me how to get to the barber shop', 'address'],
  ['on what street is your place', 'address'],
  ["what's the number of the shop in case i need to call", 'shop_phone'],
  ['am i speaking with a human being or a computer', 'who'],
  ['is there somebody in the shop i can speak to', 'human'],
  ['i want an actual person', 'human'],
  ['do you take card payments', 'shop_question'],
  ['is there somewhere to leave my car', 'shop_question'],
  ['hello can you take me for a trim on monday', 'book'],
  ["i'd like somebody to tidy up my beard", 'book'],
  ['could my grandson have his hair cut this afternoon', 'book'],
  ["i've got a date tonight so i need a shave quick", 'book'],
  ['let me get a haircut wednesday at noon', 'book'],
  ['could you swap my appointment to the day after', 'change_appointment'],
  ['i want to come an hour later than i said', 'change_appointment'],
  ["the time you gave me doesn't work anymore can we find a new one", 'change_appointment'],
  ['i have to work so could we make my haircut on sunday instead', 'change_appointment'],
  ['can you reschedule me', 'change_appointment'],
  ["i'd like to withdraw from my appointment tomorrow", 'cancel_appointment'],
  ["forget my booking on tuesday i can't come", 'cancel_appointment'],
  ["my flight got moved so i won't be there for my haircut", 'cancel_appointment'],
  ["i'm in hospital and need to cancel my shave", 'cancel_appointment'],
  ['how long are you open today', 'opening_hours'],
  ['when can people come to the shop', 'opening_hours'],
  ['are you working this sunday', 'opening_hours'],
  ['what time does it all close up', 'opening_hours'],
  ['can you read me back what i booked', 'my_appointment'],
  ["is it tomorrow that i'm coming in", 'my_appointment'],
  ["i don't know anymore what time i'm booked for", 'my_appointment'],
  ['what times could i have on tuesday', 'free_times'],
  ['is there any room for me this evening', 'free_times'],
  ['when would the next barber be free', 'free_times'],
  ['do you shave heads', 'services'],
  ['what are the things you do there', 'services'],
  ['can you dye my hair blonde', 'services'],
  ['how much is it gonna cost me to get my beard done', 'prices'],
  ['do kids pay less', 'prices'],
  ['how long will the barber need', 'how_long'],
  ['is half an hour enough time for a haircut', 'how_long'],
  ['which street do i need to go to', 'address'],
  ["where's your place", 'address'],
  ['is there a phone number for the shop', 'shop_phone'],
  ['is this a machine or a person', 'who'],
  ['may i please talk to an employee', 'human'],
  ['do you accept visa', 'shop_question'],
  ['have you got parking spots', 'shop_question'],
];

/** Nothing that the agent can do; an honest "I don't know" may follow, but no deed. */
const outOfScope = [
  "what's the tallest mountain in the world",
  'i need a new washing machine',
  'can you sing me a song',
  'how do i cook rice',
];

const { ask, actedOn } = await openFirstWishes(new URL('..', import.meta.url));

test('what nobody wrote down is understood, and rarely taken for something else', async () => {
  const { right, misled, known, faults } = await ask(unseen);
  expect(known).toEqual([]);
  expect(right, faults.join('\n')).toBeGreaterThanOrEqual(0.85);
  expect(misled, faults.join('\n')).toBeLessThanOrEqual(0.05);
});

test('what is none of its business starts nothing', async () => {
  for (const text of outOfScope) expect([undefined, 'shop_question'], text).toContain(await actedOn(text));
});
