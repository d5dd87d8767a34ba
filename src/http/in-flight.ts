import type { AegisError } from '../errors.ts';

/** Every exchange that has begun and was not answered, at every door: when something broke that nothing caught, each is told (DOOR-12). */
export interface InFlight {
  /** @returns what takes it out again, once it was answered */
  enter(refuse: (error: AegisError) => void): () => void;
  /** Refuses all there are. @returns how many */
  refuse(error: AegisError): number;
}

export function createInFlight(): InFlight {
  const open = new Set<(error: AegisError) => void>();
  return {
    enter(refuse) {
      open.add(refuse);
      return () => void open.delete(refuse);
    },
    refuse(error) {
      // What began later is within what began earlier, and knows better how to end.
      const all = [...open].toReversed();
      open.clear();
      for (const refuse of all) {
        try {
          refuse(error);
        } catch {
          // One that cannot be told must not keep the others from it, and to throw here would begin all of this again.
        }
      }
      return all.length;
    },
  };
}
