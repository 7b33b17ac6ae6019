import type { HotelInformation } from '../property/property-system.ts';

/** A room type of the sandbox hotel. */
export interface SandboxRoomType {
  readonly code: string;
  readonly name: string;
  readonly rooms: number;
  readonly maxGuests: number;
  /** Euro cents for a weekday night out of season. */
  readonly basePriceMinor: number;
}

/** Thirty rooms: enough that a weekend can be full for one type and free for another. */
export const sandboxRoomTypes: readonly SandboxRoomType[] = [
  { code: 'single', name: 'Single room', rooms: 8, maxGuests: 1, basePriceMinor: 8_900 },
  { code: 'double', name: 'Double room', rooms: 12, maxGuests: 2, basePriceMinor: 12_900 },
  { code: 'family', name: 'Family room', rooms: 6, maxGuests: 4, basePriceMinor: 17_900 },
  { code: 'suite', name: 'Harbour suite', rooms: 4, maxGuests: 4, basePriceMinor: 28_900 },
];

export const sandboxCurrency = 'EUR';

export const sandboxRules = {
  /** Longer stays are negotiated with a person. */
  maxNights: 28,
  /** Prices are set for a year. */
  maxDaysAhead: 365,
  /** Until this time on the day before the arrival cancelling is free; then the first night is owed. */
  freeCancellationUntil: '18:00',
};

/** A hotel that does not exist, in a street that does not exist. */
export const sandboxInformation: HotelInformation = {
  name: 'Harbour House',
  address: { street: '12 Lantern Quay', postalCode: 'D01 XY99', city: 'Dublin', countryCode: 'IE' },
  timeZone: 'Europe/Dublin',
  checkInFrom: '15:00',
  checkOutUntil: '11:00',
  breakfast: {
    offered: true,
    from: '07:00',
    until: '10:00',
    weekendUntil: '11:00',
    price: { amountMinor: 1_600, currency: sandboxCurrency },
  },
  parking: {
    offered: true,
    pricePerNight: { amountMinor: 1_800, currency: sandboxCurrency },
    maxHeightCm: 200,
    charging: true,
  },
  wifi: { free: true, network: 'HarbourHouse' },
  pool: { offered: true, indoor: true, from: '06:30', until: '21:00' },
  pets: { allowed: true, pricePerNight: { amountMinor: 1_200, currency: sandboxCurrency }, maxWeightKg: 20 },
};

/** What a night costs, euro cents: a fifth more on Fridays and Saturdays, a quarter more from June to September. */
export function nightPriceMinor(type: SandboxRoomType, date: string): number {
  const day = new Date(date).getUTCDay();
  const month = new Date(date).getUTCMonth() + 1;
  const weekendPercent = day === 5 || day === 6 ? 20 : 0;
  const seasonPercent = month >= 6 && month <= 9 ? 25 : 0;
  return Math.round((type.basePriceMinor * (100 + weekendPercent) * (100 + seasonPercent)) / 10_000);
}
