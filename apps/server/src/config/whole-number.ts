import { z } from 'zod';

/** A setting that counts something: digits alone, within bounds. */
export function wholeNumber(least: number, most: number, message: string) {
  return z
    .string()
    .trim()
    .regex(/^\d+$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= most, message);
}
