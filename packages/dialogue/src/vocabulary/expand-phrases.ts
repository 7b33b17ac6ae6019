/** Values of the placeholders of phrase templates: `{service}` takes one of `values.service`. */
export type PlaceholderValues = Readonly<Record<string, readonly string[]>>;

/**
 * Fill templates such as `book {service} for {day}` with values. The cross product is sampled, not enumerated: a
 * template yields at most `limit` phrases, and each value of its longest list comes up at least once if `limit` allows.
 * The same input always gives the same phrases, in the same order, without duplicates.
 *
 * @throws Error when a template names a placeholder that has no values.
 */
export function expandPhrases(templates: readonly string[], values: PlaceholderValues, limit: number): string[] {
  const phrases = new Set<string>();
  for (const [templateIndex, template] of templates.entries()) {
    const slots = [...template.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');
    const sizes = slots.map((slot) => valuesOf(slot, values, template).length);
    const count = Math.min(limit, Math.max(1, ...sizes));
    for (let sample = 0; sample < count; sample += 1) {
      let position = 0;
      phrases.add(
        template.replace(PLACEHOLDER, (_, slot: string) => {
          const list = valuesOf(slot, values, template);
          position += 1;
          return list[pick(sample, position, templateIndex, list.length)] ?? '';
        }),
      );
    }
  }
  return [...phrases];
}

const PLACEHOLDER = /\{(\w+)\}/g;

function valuesOf(slot: string, values: PlaceholderValues, template: string): readonly string[] {
  const list = values[slot];
  if (list === undefined || list.length === 0) {
    throw new Error(`The phrase "${template}" names {${slot}}, which has no values: add them or correct the name.`);
  }
  return list;
}

/** The first placeholder walks its list; the others jump, so that pairs vary. Primes keep the walks out of step. */
function pick(sample: number, position: number, templateIndex: number, size: number): number {
  const stride = position === 1 ? 1 : 7919 * position;
  return (sample * stride + templateIndex * 31 + Math.floor(sample / size) * (position - 1) * 13) % size;
}
