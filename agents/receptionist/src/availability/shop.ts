import type { ClockTime } from '@parley/dialogue/entities/zoned-time.ts';

/** Open from and to on one day; `closes` is when the last appointment must be over. Never past midnight. */
export interface OpenSpan {
  readonly opens: ClockTime;
  readonly closes: ClockTime;
}

/** A day that is not as its weekday: a holiday (no spans), or other hours. */
export interface ExceptionalDay {
  /** `YYYY-MM-DD` on the shop's calendar. */
  readonly date: string;
  readonly spans: readonly OpenSpan[];
  /** As it is said, such as `Christmas Day`. */
  readonly reason: string;
}

export interface BookableService {
  /** As it is said and written down, such as `haircut`. */
  readonly name: string;
  readonly durationMinutes: number;
  /** As it is said, such as `35 dollars`. */
  readonly price: string;
}

/** Where one customer at a time is served: a chair, a room, a member of staff. */
export interface Chair {
  readonly chairId: string;
  /** As it is said, such as `Maria`. */
  readonly name: string;
  /** Names of the services that are done there; all of them if left out. */
  readonly services?: readonly string[];
}

/** What is true of a shop whoever calls. All its hours are on its own clock. */
export interface Shop {
  readonly name: string;
  readonly address: string;
  readonly phone: string;
  /** IANA, such as `Europe/London`. */
  readonly timeZone: string;
  /** By weekday, 1 for Monday to 7 for Sunday. Several spans a day leave breaks between them; a day left out is closed. */
  readonly week: Readonly<Record<number, readonly OpenSpan[]>>;
  readonly exceptions: readonly ExceptionalDay[];
  readonly services: readonly BookableService[];
  readonly chairs: readonly Chair[];
  /** Appointments start this often, counted from the opening. */
  readonly startEveryMinutes: number;
  /** An appointment can start no sooner than this from now. */
  readonly noticeMinutes: number;
  /** How far ahead the book is open, in days. */
  readonly daysAhead: number;
}

const day: OpenSpan = { opens: { hour: 9, minute: 0 }, closes: { hour: 18, minute: 0 } };

/** The shop that ships, until the owner says otherwise. */
export const defaultShop: Shop = {
  name: 'Fig Street Barbers',
  address: '12 Fig Street',
  phone: '+1 555 010 0142',
  timeZone: 'America/New_York',
  // Two chairs take turns on weekdays, so nobody has to be turned away at noon.
  week: { 1: [day], 2: [day], 3: [day], 4: [day], 5: [day], 6: [day] },
  exceptions: [],
  services: [
    { name: 'haircut', durationMinutes: 30, price: '35 dollars' },
    { name: 'beard trim', durationMinutes: 30, price: '20 dollars' },
    { name: 'hair color', durationMinutes: 90, price: '90 dollars' },
    { name: 'shave', durationMinutes: 30, price: '25 dollars' },
    { name: 'wash and blow dry', durationMinutes: 45, price: '30 dollars' },
  ],
  chairs: [
    { chairId: 'chair-1', name: 'the first chair' },
    { chairId: 'chair-2', name: 'the second chair' },
  ],
  // Halves of an hour are what people ask for and what can be said briefly.
  startEveryMinutes: 30,
  // Nobody can be in the chair the minute they ring off.
  noticeMinutes: 15,
  daysAhead: 180,
};

/** The service by its name, whatever the case. */
export function serviceNamed(shop: Shop, name: string): BookableService | undefined {
  const wanted = name.trim().toLowerCase();
  return shop.services.find((service) => service.name.toLowerCase() === wanted);
}

/** Chairs at which the service is done. */
export function chairsFor(shop: Shop, service: BookableService): readonly Chair[] {
  return shop.chairs.filter((chair) => chair.services?.includes(service.name) ?? true);
}
