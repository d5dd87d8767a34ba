import type { ModelCaller } from '../caller.ts';

/** Values by caller and name. Once there is too much of it, the caller that has the most forgets its oldest: none can push out another's. */
export interface SharedMemory<Value> {
  get(caller: ModelCaller, name: string): Value | undefined;
  /** Its value is its caller's newest from now on. */
  set(caller: ModelCaller, name: string, value: Value, weight?: number): void;
}

interface Own<Value> {
  readonly byName: Map<string, { readonly value: Value; readonly weight: number }>;
  weight: number;
}

/** DOOR-19. A weight is in whatever unit the limit is; without one, values are only counted. */
export function createSharedMemory<Value>(most: { readonly values: number; readonly weight?: number }): SharedMemory<Value> {
  const callers = new Map<string, Own<Value>>();
  let [values, weights] = [0, 0];
  const forget = (key: string, own: Own<Value>, name: string): void => {
    const held = own.byName.get(name);
    if (held === undefined) return;
    own.byName.delete(name);
    own.weight -= held.weight;
    weights -= held.weight;
    values -= 1;
    if (own.byName.size === 0) callers.delete(key);
  };
  const makeRoom = (kept: string, name: string): void => {
    for (;;) {
      const many = values > most.values;
      if (!many && weights <= (most.weight ?? Number.POSITIVE_INFINITY)) return;
      const [key, own] = heaviest(callers, many);
      const oldest = own?.byName.keys().next().value;
      // What was just remembered stays, however much it is.
      if (own === undefined || oldest === undefined || (key === kept && oldest === name)) return;
      forget(key, own, oldest);
    }
  };
  return {
    get: ({ tenant, agent }, name) => callers.get(`${tenant}\n${agent}`)?.byName.get(name)?.value,
    set({ tenant, agent }, name, value, weight = 0) {
      const key = `${tenant}\n${agent}`;
      const own = callers.get(key) ?? { byName: new Map<string, { value: Value; weight: number }>(), weight: 0 };
      forget(key, own, name);
      callers.set(key, own);
      own.byName.set(name, { value, weight });
      own.weight += weight;
      weights += weight;
      values += 1;
      makeRoom(key, name);
    },
  };
}

function heaviest<Value>(callers: ReadonlyMap<string, Own<Value>>, byCount: boolean): readonly [string, Own<Value> | undefined] {
  let found: readonly [string, Own<Value> | undefined] = ['', undefined];
  let most = -1;
  for (const [key, own] of callers) {
    const has = byCount ? own.byName.size : own.weight;
    if (has <= most) continue;
    most = has;
    found = [key, own];
  }
  return found;
}
