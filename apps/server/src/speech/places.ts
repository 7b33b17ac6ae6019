import { WireError } from '@parley/contract/errors.ts';

export interface PlacesOptions {
  /** In this process. */
  readonly most: number;
  /** Of one organization: the others are to find some, too. */
  readonly mostOfOne: number;
}

/** How many may do something at once; whoever comes then is told to come back. */
export interface Places {
  /**
   * Takes one; the returned function gives it back, and may be called more than once.
   * @throws WireError `overloaded`, `too_many_messages` when it is the organization's own doing
   */
  take(organizationId: string): () => void;
}

export function createPlaces({ most, mostOfOne }: PlacesOptions): Places {
  const taken = new Map<string, number>();
  let all = 0;
  return {
    take(organizationId) {
      const own = taken.get(organizationId) ?? 0;
      if (own >= mostOfOne) throw new WireError('too_many_messages');
      if (all >= most) throw new WireError('overloaded');
      taken.set(organizationId, own + 1);
      all += 1;
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        all -= 1;
        const left = (taken.get(organizationId) ?? 1) - 1;
        if (left === 0) taken.delete(organizationId);
        else taken.set(organizationId, left);
      };
    },
  };
}
