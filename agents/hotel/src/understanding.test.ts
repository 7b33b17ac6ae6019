import { type FirstWish, openFirstWishes } from '@parley/dialogue/testing/first-wishes.ts';
import { expect, test } from 'vitest';

/** First wishes, with what is meant by them. None of them is an example. */
const unseen: readonly FirstWish[] = [
  ['hello there i would like to arrange accommodation for this weekend please', 'book'],
  ['yeah can i get a room for like tonight', 'book'],
  ['my colleague and i need two singles from monday to wednesday', 'book'],
  ['could you hold a suite for us for the twentieth', 'book'],
  ["it's our honeymoon and we'd love to stay in one of your suites", 'book'],
  ["i'm stranded here and need a place for the night", 'book'],
  ['we are four persons and want to sleep at your hotel', 'book'],
  ['would you still have something for the bank holiday weekend', 'availability'],
  ['is the second of march possible or are you sold out', 'availability'],
  ["what's the going rate for a double these days", 'availability'],
  ["just checking if you've got a twin free tomorrow", 'availability'],
  ['how much do you want for a single on friday', 'availability'],
  ["our train's been cancelled so we'll only get there on sunday can you adjust that", 'change_reservation'],
  ["i'd prefer to arrive on tuesday instead of monday", 'change_reservation'],
  ['can we tack an extra night onto our stay', 'change_reservation'],
  ['wrong week i booked can i have the next one', 'change_reservation'],
  ['is it possible to amend the dates on my booking', 'change_reservation'],
  ["sorry but we're not going to be able to come next week", 'cancel_reservation'],
  ["i don't want the room i booked anymore", 'cancel_reservation'],
  ['due to illness i have to cancel our visit', 'cancel_reservation'],
  ['how can i get rid of a booking', 'cancel_reservation'],
  ["the wedding's off so you can release our rooms", 'cancel_reservation'],
  ['could you tell me whether you have me in the system', 'find_reservation'],
  ["hi just ringing to make sure everything's fine with my reservation", 'find_reservation'],
  ['my secretary booked something for me can you see it', 'find_reservation'],
  ['what was the date of my stay again', 'find_reservation'],
  ['do the doubles have one big bed or two small ones', 'rooms'],
  ['could you explain the different room types', 'rooms'],
  ['is there a fitness centre i could use', 'facilities'],
  ['can we grab dinner somewhere in the building', 'facilities'],
  ['what kind of things does the hotel have for guests', 'facilities'],
  ['our plane lands really early could we have the room straight away', 'check_in'],
  ['how late may we arrive in the evening', 'check_in'],
  ['do we have to leave the room very early on sunday', 'check_out'],
  ["what's the latest i can hand back the key", 'check_out'],
  ['do i need to pay separately for breakfast', 'breakfast'],
  ['are eggs and bacon served in the mornings', 'breakfast'],
  ["i'm driving up do you have somewhere for the car", 'parking'],
  ['how much is it to leave the car overnight', 'parking'],
  ['will i be able to get online in my room', 'wifi'],
  ['are we allowed to take a swim in the evening', 'pool'],
  ['would it be a problem if i brought my labrador', 'pets'],
  ['which road is the hotel on', 'address'],
  ['how would i reach you by public transport', 'address'],
  ['is there a receptionist i could talk to', 'human'],
  ['evening could you find a bed for me and my girlfriend for saturday', 'book'],
  ["i'd like to get a family room for the school holidays", 'book'],
  ['our car broke down and we need to stay overnight', 'book'],
  ['can my parents stay with you from the second to the fifth', 'book'],
  ['yes i want a single from thursday on please', 'book'],
  ['do you have any doubles going for the weekend of the ninth', 'availability'],
  ['how much per night is the suite', 'availability'],
  ['is it busy at yours next month or could we get a room', 'availability'],
  ['have you space for three of us tomorrow', 'availability'],
  ["we've had to rearrange our holiday so could we come in october instead", 'change_reservation'],
  ['i need my booking to start one day sooner', 'change_reservation'],
  ['would you be able to lengthen our stay by two nights', 'change_reservation'],
  ['the dates i gave you were wrong can you correct them', 'change_reservation'],
  ["our trip has been called off so we won't need the double", 'cancel_reservation'],
  ["i must cancel the room for tomorrow my mother's in hospital", 'cancel_reservation'],
  ["i'd like to give back the room i reserved", 'cancel_reservation'],
  ['what happens if i want to cancel', 'cancel_reservation'],
  ["i'd like to hear the details of the room i booked", 'find_reservation'],
  ['do you know if my reservation has arrived', 'find_reservation'],
  ['i booked through a website can you check that you got it', 'find_reservation'],
  ['how many beds does a family room have', 'rooms'],
  ["what do you get in a suite that you don't in a double", 'rooms'],
  ['is there somewhere i can exercise', 'facilities'],
  ['do you have a cocktail bar', 'facilities'],
  ['what can we use while we stay with you', 'facilities'],
  ['can i get the key at eleven in the morning', 'check_in'],
  ['what time is my room going to be ready for me', 'check_in'],
  ["i'd love to sleep late on sunday when do i need to leave", 'check_out'],
  ['can i keep my room till the afternoon', 'check_out'],
  ['how much extra would breakfast be', 'breakfast'],
  ['do you do a full irish in the morning', 'breakfast'],
  ['have you a place for my car and what does it cost', 'parking'],
  ['do i need a code for the internet', 'wifi'],
  ['can i do a few laps before work', 'pool'],
  ['may our poodle sleep in the room', 'pets'],
  ['are you anywhere near the main station', 'address'],
  ['give me directions from the motorway', 'address'],
  ['is there anybody at reception who can help me', 'human'],
];

/** Nothing that the agent can do; an honest "I don't know" may follow, but no deed. */
const outOfScope = [
  'what is the square root of nine',
  'i need a plumber for my kitchen',
  'can you tell me a joke',
  'my phone screen is broken',
];

const { ask, actedOn } = await openFirstWishes(new URL('..', import.meta.url));

test('what nobody wrote down is understood, and rarely taken for something else', async () => {
  const { right, misled, known, faults } = await ask(unseen);
  expect(known).toEqual([]);
  expect(right, faults.join('\n')).toBeGreaterThanOrEqual(0.85);
  expect(misled, faults.join('\n')).toBeLessThanOrEqual(0.05);
});

test('what is none of its business starts nothing', async () => {
  for (const text of outOfScope) expect([undefined, 'other_question'], text).toContain(await actedOn(text));
});
