import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { CountryCode } from 'libphonenumber-js/min';

const COUNTRIES: readonly CountryCode[] = ['US', 'GB', 'IN', 'PH', 'TR', 'IL'];

/** Whether a candidate is a valid number, international or in one of the larger national plans. */
export function findNumbers(candidate: string, likely: boolean): boolean {
  const text = candidate.trim().startsWith('00') ? `+${candidate.trim().slice(2)}` : candidate.trim();
  if (text.startsWith('+')) return parsePhoneNumberFromString(text)?.isValid() ?? false;
  const countries = likely ? COUNTRIES : COUNTRIES.slice(0, 2);
  return countries.some((country) => parsePhoneNumberFromString(text, country)?.isValid() ?? false);
}
