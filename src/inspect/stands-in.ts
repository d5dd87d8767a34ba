import type { JsonObject } from '../kernel/json.ts';
import { wordsOf } from './classify/words.ts';
import { isSecretFile } from './path/sensitive.ts';
import { systemPlace } from './path/system.ts';

const KEYS = /^(?:cwd|workdir|workingdir|workingdirectory|currentdir|currentdirectory)$/;
/** Where a relative name is not one of a project: a machine's own folders, a whole home, a temporary place. */
const WIDE =
  /^(?:\/|~|\/(?:bin|boot|dev|etc|home|lib|lib64|opt|proc|root|sbin|srv|sys|usr|var|mnt|media|Users|System|Library|Volumes)|\/(?:home|Users)\/[^/]+)$/;
const TEMPORARY = /^\/(?:tmp|var\/tmp|dev\/shm|private\/tmp|var\/folders)\/./;

/**
 * The folder a command starts in, where that changes what its relative names mean: as an argument says, or as the integration told
 * (INSPECT-92). Of a project's folder nothing is said: names in there are the project's, as they are without it.
 */
export function standsIn(args: JsonObject, told: string | undefined): string {
  const key = Object.keys(args).find((name) => KEYS.test(wordsOf(name).join('')));
  const given = key === undefined ? undefined : args[key];
  const folder = typeof given === 'string' && /^[/~]/.test(given) ? given : (told ?? '');
  const plain = folder.replace(/(.)\/+$/, '$1');
  if (plain === '' || plain.length > 1_024) return '';
  return WIDE.test(plain) || TEMPORARY.test(plain) || systemPlace(plain) || isSecretFile(plain) ? plain : '';
}
