/** Optional schema fields come as `undefined` unions; the nouns want them absent. */
export function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}
