import { PropertyError, type PropertyErrorCode } from '../property/property-error.ts';
import type { PropertySystem } from '../property/property-system.ts';

export type TroubledMethod = keyof PropertySystem;

/** A property system whose methods fail as often as they are told to. */
export interface TroubledProperty extends PropertySystem {
  /** The next `times` uses of the method reject with this code. */
  fail(method: TroubledMethod, code: PropertyErrorCode, times?: number): void;
  /** Uses of the method, failed or not. */
  uses(method: TroubledMethod): number;
}

export function troubledProperty(property: PropertySystem): TroubledProperty {
  const troubles: { readonly method: TroubledMethod; readonly code: PropertyErrorCode }[] = [];
  const used: TroubledMethod[] = [];
  const trouble = (method: TroubledMethod): void => {
    used.push(method);
    const at = troubles.findIndex((one) => one.method === method);
    const [next] = at === -1 ? [] : troubles.splice(at, 1);
    if (next !== undefined) throw new PropertyError(next.code, `as the test wants it: ${method}`);
  };
  return {
    fail(method, code, times = 1) {
      for (let count = 0; count < times; count += 1) troubles.push({ method, code });
    },
    uses: (method) => used.filter((one) => one === method).length,
    async searchAvailability(...given) {
      trouble('searchAvailability');
      return property.searchAvailability(...given);
    },
    async findReservation(...given) {
      trouble('findReservation');
      return property.findReservation(...given);
    },
    async createReservation(...given) {
      trouble('createReservation');
      return property.createReservation(...given);
    },
    async changeDates(...given) {
      trouble('changeDates');
      return property.changeDates(...given);
    },
    async cancelReservation(...given) {
      trouble('cancelReservation');
      return property.cancelReservation(...given);
    },
    async information(...given) {
      trouble('information');
      return property.information(...given);
    },
  };
}
