import type { FormWording, Slot } from '@parley/dialogue/form/form-definition.ts';
import { sayList } from '@parley/dialogue/wording/spoken.ts';
import type { Appointment } from './appointment.ts';
import type { Service } from './services.ts';

/** What the receptionist asks for, in this order. */
export function appointmentSlots(services: readonly Service[]): readonly Slot<Appointment>[] {
  const offered = sayList(
    services.map((service) => service.withArticle),
    'or',
  );
  const first = services[0]?.withArticle ?? 'an appointment';
  return [
    {
      name: 'service',
      expects: 'service',
      ask: () => ['What would you like to book?', 'What can I book for you?', 'Which service would you like?'],
      help: [`You can book ${offered}.`, `Just say the service, for example, ${first}.`],
    },
    {
      name: 'date',
      expects: 'time',
      ask: ({ time, partOfDay }) =>
        time === undefined && partOfDay === undefined
          ? ['What day and time would you like?', 'When would you like to come?', 'What day and time suit you?']
          : ['What day would you like?', 'On what day?', 'Which day suits you?'],
      help: [
        'Say a day and a time, for example, Friday at 3 PM.',
        'First the day. You can say tomorrow, or next Friday.',
      ],
    },
    {
      name: 'time',
      expects: 'time',
      ask: ({ partOfDay }) =>
        partOfDay === undefined
          ? ['What time would you like?', 'At what time?', 'What time suits you?']
          : [`What time in the ${partOfDay}?`, `Which hour in the ${partOfDay}?`],
      help: ['Say the time, for example, half past two.', 'Just the hour is enough, for example, 3 PM.'],
    },
    {
      name: 'name',
      expects: 'name',
      ask: () => ["What's your name, please?", 'May I have your name?', 'What name should I put down?'],
      help: ['I need a name for the booking.', 'Say, my name is, and then your name. You can also spell it.'],
    },
    {
      name: 'phone',
      expects: 'phone',
      ask: () => ["What's your phone number?", 'What number can we reach you at?', 'May I have your phone number?'],
      help: ['I need a phone number in case something changes.', 'Say it digit by digit, with the area code.'],
    },
  ];
}

/** The receptionist's own sentences. */
export function receptionistWording(name: string): FormWording {
  return {
    greeting: [`Hello, this is ${name}.`, `Hi, you've reached ${name}.`, `Hello and welcome to ${name}.`],
    gotIt: ['Great.', 'Sure.', 'Got it.', 'Okay.', 'Thanks.'],
    confirm: ['Is that right?', 'Shall I book it?', 'Is that correct?'],
    confirmHelp: 'Say yes to go ahead, or tell me what to change.',
    whatToChange: 'No problem. What should I change? You can say the day, the time, the name, or something else.',
    submitted: (outcome) => `Done. You're booked for ${outcome}.`,
    changed: (outcome) => `Done. I changed it. You're now booked for ${outcome}.`,
    stillStands: (outcome) => `Your booking for ${outcome} still stands.`,
    withdrawn: (outcome) => `Okay. I cancelled your booking for ${outcome}.`,
    discarded: 'Okay. I cancelled that, and nothing is booked.',
    nothingToCancel: 'Okay. There is nothing booked to cancel.',
    submitFailed: "Sorry. I couldn't write that down just now, so please don't count on it yet.",
    changeFailedHalfway: "Sorry. I took out the old booking, but I couldn't write down the new one.",
    withdrawFailed: "Sorry. I can't reach our booking system right now, so I couldn't change anything.",
    tryAgain: 'Shall I try again?',
    anythingElse: ['Is there anything else?', 'Anything else I can do?', 'Can I do anything else for you?'],
    whatElse: 'Sure. What can I do for you?',
    startOver: "Okay. Let's start over.",
    notUnderstood: ["Sorry, I didn't catch that.", "Sorry, I didn't get that.", "I'm sorry, I missed that."],
    stuck:
      "We seem to have a bad line. You can type your answer instead, or call back a little later. Let's try once more.",
    welcome: "You're welcome.",
    stillThere: ['Are you still there?', "I'm still here.", 'Take your time.'],
    goodbye: ['Thank you, and goodbye.', 'Thanks for calling. Goodbye.', 'Have a lovely day. Goodbye.'],
    goodbyeUnfinished: 'Okay. Nothing is booked.',
    changeUnfinished: 'Okay. Your booking stays as it was.',
    goodbyeSilence: "I can't hear you anymore, so I'll hang up now. Please call again. Goodbye.",
    goodbyeTime: "I'm sorry, we've run out of time. Please call again. Goodbye.",
  };
}
