/** Keeps of the first `count` places those that pass, in their order; answers how many are left. One loop over one column. */
export type Narrow = (places: Uint16Array, count: number) => number;

export function narrow(passes: (place: number) => boolean): Narrow {
  return (places, count) => {
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const place = places[at] ?? 0;
      if (passes(place)) places[kept++] = place;
    }
    return kept;
  };
}

/** Rows whose number in a column is this one. */
export function equalTo(column: Uint8Array | Uint16Array, wanted: number): Narrow {
  return (places, count) => {
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const place = places[at] ?? 0;
      if (column[place] === wanted) places[kept++] = place;
    }
    return kept;
  };
}
