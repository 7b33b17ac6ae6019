import type { Payload } from '../codecs.ts';

/** Which number stands for what; a number once used for something is never used for something else (RFC 3264 §8.3.2). */
export interface PayloadTypes {
  typeOf(payload: Payload): number;
  /** They number it so. */
  remember(payload: Payload, payloadType: number): void;
}

/** Free for any use (RFC 3551 §6). */
const firstDynamic = 96;
const lastDynamic = 127;

export function createPayloadTypes(): PayloadTypes {
  const types = new Map<string, number>();
  const used = new Set<number>();
  const set = (name: string, payloadType: number): number => {
    types.set(name, payloadType);
    used.add(payloadType);
    return payloadType;
  };
  return {
    typeOf(payload) {
      const name = nameOf(payload);
      const known = types.get(name);
      if (known !== undefined) return known;
      const usual = usualType(payload);
      if (!used.has(usual)) return set(name, usual);
      for (let type = lastDynamic; type >= firstDynamic; type -= 1) if (!used.has(type)) return set(name, type);
      // They have named 32 things, of which we speak five: the last one they hardly use.
      return usual;
    },
    remember(payload, payloadType) {
      set(nameOf(payload), payloadType);
    },
  };
}

function nameOf(payload: Payload): string {
  if (payload.kind === 'audio') return payload.codec.name;
  return payload.kind === 'events' ? `events ${payload.clockHz}` : payload.kind;
}

function usualType(payload: Payload): number {
  if (payload.kind === 'audio') return payload.codec.payloadType;
  if (payload.kind === 'comfort-noise') return 13;
  return payload.clockHz === 8000 ? 101 : 110;
}
