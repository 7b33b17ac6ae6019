import { z } from 'zod';

/** The header's name; those that say where a message ends or goes are not for definitions. */
export const headerNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'Not a name of a header.')
  .refine(
    (name) =>
      !/^(?:host|connection|content-length|transfer-encoding|upgrade|expect|te|trailer|keep-alive|proxy-.*|accept-encoding)$/i.test(
        name,
      ),
    'This header is set by the platform.',
  );

/** A header that a definition gives a value to. Credentials have their own place, where they are named and not written. */
export const plainHeaderNameSchema = headerNameSchema.refine(
  (name) => !/^(?:authorization|cookie)$/i.test(name),
  'Credentials go into auth, by the name of a secret.',
);
