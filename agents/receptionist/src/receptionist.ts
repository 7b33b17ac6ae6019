import { findChoices } from '@parley/dialogue/entities/choice.ts';
import { epochOf, localTime } from '@parley/dialogue/entities/zoned-time.ts';
import { createFormAgent } from '@parley/dialogue/form/form-agent.ts';
import type { FormContext, FormDefinition, SlotName } from '@parley/dialogue/form/form-definition.ts';
import { createClassifier } from '@parley/dialogue/intents/classifier.ts';
import { sayDate, sayList, sayPhone, sayTime } from '@parley/dialogue/wording/spoken.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import { type Appointment, appointmentSchema, checkAppointment } from './appointment.ts';
import type { BookingBook } from './booking-book.ts';
import { hearAppointment } from './hear.ts';
import { defaultOpeningHours, type OpeningHours, sayOpeningHours } from './opening-hours.ts';
import { intentPhrases } from './phrases.ts';
import { defaultServices, type Service } from './services.ts';
import { appointmentSlots, receptionistWording } from './wording.ts';

export interface ReceptionistOptions {
  readonly bookings: BookingBook;
  /** How it introduces the place; default "Parley's front desk". */
  readonly name?: string;
  /** Default Monday to Saturday, 9 to 18, in the caller's zone. */
  readonly openingHours?: OpeningHours;
  readonly services?: readonly Service[];
  /** Said when asked for. */
  readonly address?: string;
}

/**
 * The receptionist: asks for service, day and time, name and phone in whatever order they come, reads the appointment
 * back, books it after a yes, and changes or cancels it on request.
 */
export function createReceptionist(options: ReceptionistOptions): Agent {
  const { bookings } = options;
  const name = options.name ?? "Parley's front desk";
  const hours = options.openingHours ?? defaultOpeningHours;
  const services = options.services ?? defaultServices;
  const form: FormDefinition<Appointment> = {
    id: 'receptionist',
    language: 'en-US',
    voice: undefined,
    valuesSchema: appointmentSchema,
    slots: appointmentSlots(services),
    classify: createClassifier<string>(intentPhrases),
    hear: (utterance) => hearAppointment(utterance, services, hours),
    check: (values, context) => checkAppointment(values, context, hours),
    echo: (values, names, context) => echo(values, names, context, services),
    readBack: (values, context) =>
      `So that's ${outcome(values, context, services)}, for ${values.name}, phone ${sayPhone(values.phone ?? '')}.`,
    outcome: (values, context) => outcome(values, context, services),
    answers: answersOf(name, hours, services, options.address ?? '12 Market Street'),
    keep: ({ name: caller, phone }) => ({ ...(caller && { name: caller }), ...(phone && { phone }) }),
    wording: receptionistWording(name),
    submit: async (values, key, context, signal) => {
      const { service, date, time, name: caller, phone } = values;
      if (!service || !date || !time || !caller || !phone)
        throw new Error('The appointment is not complete; ask for the rest first.');
      const startsAtEpochMs = epochOf(date, time, context.timeZone);
      const { conversationId, timeZone } = context;
      const request = { idempotencyKey: key, conversationId, service, startsAtEpochMs, timeZone, name: caller, phone };
      const { bookingId } = await bookings.book(request, signal);
      const { idempotencyKey: _, conversationId: __, ...booked } = request;
      return { reference: bookingId, acted: { name: 'appointment_booked', data: { bookingId, ...booked } } };
    },
    withdraw: async (bookingId, signal) => {
      await bookings.cancel(bookingId, signal);
      return { name: 'appointment_cancelled', data: { bookingId } };
    },
  };
  return createFormAgent(form, {});
}

/** `a haircut on Friday the 27th of November at 3 PM`. */
function outcome(values: Appointment, context: FormContext, services: readonly Service[]): string {
  const service = services.find((one) => one.name === values.service)?.withArticle ?? 'an appointment';
  return [service, when(values, context)].filter((part) => part !== '').join(' on ');
}

function when({ date, time }: Appointment, context: FormContext): string {
  const thisYear = localTime(context.nowEpochMs, context.timeZone).date.year;
  const day = date === undefined ? '' : sayDate(date, thisYear);
  return [day, time === undefined ? '' : sayTime(time)].filter((part) => part !== '').join(' at ');
}

/** The new values in one short sentence, so that a mishearing is noticed at once. */
function echo(
  values: Appointment,
  names: readonly SlotName<Appointment>[],
  context: FormContext,
  services: readonly Service[],
): string {
  const timed = names.includes('date') || names.includes('time');
  const parts: string[] = [];
  if (names.includes('service')) parts.push(services.find((one) => one.name === values.service)?.withArticle ?? '');
  if (timed) parts.push(when(values, context));
  const thing = parts.filter((part) => part !== '').join(', ');
  const sentences = [thing, names.includes('name') ? (values.name ?? '') : '']
    .filter((part) => part !== '')
    .join(', for ');
  return sentences === '' ? '' : `${sentences.charAt(0).toUpperCase()}${sentences.slice(1)}.`;
}

function answersOf(
  name: string,
  hours: OpeningHours,
  services: readonly Service[],
  address: string,
): FormDefinition<Appointment>['answers'] {
  const options = services.map((service) => ({ id: service.name, names: [service.name, ...service.synonyms] }));
  const priced = (service: Service) => `${service.withArticle} is ${service.price}`;
  const list = sayList(
    services.map((service) => service.withArticle),
    'or',
  );
  return {
    greeting: () => 'Hello.',
    opening_hours: () => `Sure. We're open ${sayOpeningHours(hours)}.`,
    services: () => `Sure. You can book ${list}.`,
    prices: (text) => {
      const asked = findChoices(text, options)[0]?.value;
      const named = services.filter((service) => asked === undefined || service.name === asked);
      const sentence = sayList(named.map(priced), 'and');
      return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
    },
    address: () => `Sure. We're at ${address}.`,
    who: () => `I'm ${name}, an automated assistant. I can book, change and cancel appointments.`,
    human: () =>
      "I'm sorry. I'm an automated assistant, and I can't put you through to a person. I can take your booking.",
  };
}
