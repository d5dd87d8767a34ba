import { InvalidArgumentError } from 'commander';

/** A commander parser for options that take a whole number within limits. */
export function whole(from: number, to = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,16}$/.test(text) || value < from || value > to)
      throw new InvalidArgumentError(
        to === Number.MAX_SAFE_INTEGER
          ? `Give a whole number from ${String(from)} on.`
          : `Give a whole number from ${String(from)} to ${String(to)}.`,
      );
    return value;
  };
}
