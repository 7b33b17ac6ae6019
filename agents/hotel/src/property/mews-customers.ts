import { sameLastName } from './last-name.ts';
import type { MewsCall } from './mews-client.ts';
import { customerAnswer, customersAnswer, type MewsCustomer } from './mews-wire.ts';
import { readAnswer } from './property-call.ts';
import type { Guest } from './property-system.ts';

/** Profiles of guests in Mews. */
export interface MewsCustomers {
  byId(customerId: string, signal: AbortSignal): Promise<MewsCustomer | undefined>;
  /** The id of the guest's profile, which is made when there is none. */
  forGuest(guest: Guest, signal: AbortSignal): Promise<string>;
}

export function mewsCustomers(ask: MewsCall): MewsCustomers {
  return { byId, forGuest };

  async function customersBy(filter: object, signal: AbortSignal): Promise<readonly MewsCustomer[]> {
    const extent = { Customers: true, Documents: false, Addresses: false };
    const body = { ...filter, Extent: extent, Limitation: { Count: 1 } };
    return readAnswer(customersAnswer, await ask('customers/getAll', signal, body)).Customers;
  }

  async function byId(customerId: string, signal: AbortSignal): Promise<MewsCustomer | undefined> {
    return (await customersBy({ CustomerIds: [customerId] }, signal))[0];
  }

  /**
   * The guest's profile: the one with their address and name, or a new one. An address that belongs to somebody of another name
   * is left out rather than overwritten: anybody can say anybody's address.
   */
  async function forGuest(guest: Guest, signal: AbortSignal): Promise<string> {
    const [known] = guest.email === undefined ? [] : await customersBy({ Emails: [guest.email] }, signal);
    if (known !== undefined && sameLastName(known.LastName, guest.lastName)) return known.Id;
    const answer = await ask('customers/add', signal, {
      FirstName: guest.firstName,
      LastName: guest.lastName,
      ...(guest.email === undefined || known !== undefined ? {} : { Email: guest.email }),
      ...(guest.phone === undefined ? {} : { Phone: guest.phone }),
      OverwriteExisting: false,
    });
    return readAnswer(customerAnswer, answer).Id;
  }
}
