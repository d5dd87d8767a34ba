import type { Finding } from '../kernel/finding.ts';
import { found } from './found.ts';
import type { Readers } from './readers.ts';
import type { Steps } from './steps.ts';
import { take } from './steps.ts';

/**
 * A reader that throws has read nothing: its value is UNINSPECTABLE, and the other readers go on (INSPECT-107). Where no steps are left, nothing
 * more is read (INSPECT-185).
 */
export function guarded({ shell, source, path, search, sql, fragment, url }: Readers, steps: Steps): Readers {
  const attempt = <Sight>(read: () => Sight, otherwise: () => Sight, characters = 0): Sight => {
    if (!take(steps, characters, 'tokens')) return otherwise();
    try {
      return read();
    } catch {
      // What went wrong says nothing about the value that could be trusted.
      return otherwise();
    }
  };
  const commands = { commands: [], paths: [], urls: [] };
  return {
    shell: (text, pointer, at) =>
      attempt(
        () => shell(text, pointer, at),
        () => ({ ...commands, findings: [unread(text, pointer)] }),
      ),
    source: (language, text, pointer) =>
      attempt(
        () => source(language, text, pointer),
        () => ({ ...commands, findings: [unread(text, pointer)] }),
      ),
    path: (text, pointer, access) =>
      attempt(
        () => path(text, pointer, access),
        () => ({ paths: [], findings: [unread(text, pointer)] }),
        text.length,
      ),
    search: (given, pointer) =>
      attempt(
        () => search(given, pointer),
        () => ({ paths: [], findings: [unread('', pointer)] }),
      ),
    sql: (text, pointer) =>
      attempt(
        () => sql(text, pointer),
        () => ({ tables: [], operations: [], findings: [unread(text, pointer)] }),
      ),
    fragment: (text, pointer) =>
      attempt(
        () => fragment(text, pointer),
        () => [unread(text, pointer)],
        text.length,
      ),
    url: (text, pointer) =>
      attempt(
        () => url(text, pointer),
        () => ({ urls: [], findings: [unread(text, pointer)] }),
        text.length,
      ),
  };
}

function unread(text: string, pointer: string): Finding {
  return found({ detector: 'limit', code: 'UNINSPECTABLE', risk: 'HIGH', pointer, text, inspected: false });
}
