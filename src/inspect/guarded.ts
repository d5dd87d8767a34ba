import type { Finding } from '../kernel/finding.ts';
import { found } from './found.ts';
import type { Readers } from './readers.ts';

/** A reader that throws has read nothing: its value is UNINSPECTABLE, and the other readers go on (INSPECT-107). */
export function guarded({ shell, source, path, search, sql, fragment, url }: Readers): Readers {
  const commands = { commands: [], paths: [], urls: [] };
  return {
    shell: (text, pointer) => attempt(() => shell(text, pointer), { ...commands, findings: [unread(text, pointer)] }),
    source: (language, text, pointer) => attempt(() => source(language, text, pointer), { ...commands, findings: [unread(text, pointer)] }),
    path: (text, pointer, access) => attempt(() => path(text, pointer, access), { paths: [], findings: [unread(text, pointer)] }),
    search: (given, pointer) => attempt(() => search(given, pointer), { paths: [], findings: [unread('', pointer)] }),
    sql: (text, pointer) => attempt(() => sql(text, pointer), { tables: [], operations: [], findings: [unread(text, pointer)] }),
    fragment: (text, pointer) => attempt(() => fragment(text, pointer), [unread(text, pointer)]),
    url: (text, pointer) => attempt(() => url(text, pointer), { urls: [], findings: [unread(text, pointer)] }),
  };
}

function attempt<Sight>(read: () => Sight, otherwise: Sight): Sight {
  try {
    return read();
  } catch {
    // What went wrong says nothing about the value that could be trusted.
    return otherwise;
  }
}

function unread(text: string, pointer: string): Finding {
  return found({ detector: 'limit', code: 'UNINSPECTABLE', risk: 'HIGH', pointer, text, inspected: false });
}
