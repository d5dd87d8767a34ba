import type { Call, Seen } from '../../call.ts';
import { ACCESS } from './access.ts';
import { AGENTS } from './agents.ts';
import { DATA } from './data.ts';
import { HOSTS } from './hosts.ts';
import { MACHINE } from './machine.ts';
import { readPhrases } from './phrase.ts';
import { PLATFORMS } from './platforms.ts';
import { SECRETS } from './secrets.ts';

/** What is known of a call beyond its program's own reader: credentials shown, rights given, things that stay, ways in, and watches put out. */
export function readKnownPhrases(call: Call): Seen[] {
  return [
    ...readPhrases(call, DATA),
    ...readPhrases(call, SECRETS),
    ...readPhrases(call, ACCESS),
    ...readPhrases(call, HOSTS),
    ...readPhrases(call, MACHINE),
    ...readPhrases(call, AGENTS),
    ...readPhrases(call, PLATFORMS),
  ];
}
