import type { Digest } from './ids.ts';

/** Why a file is not bound to what it held when a person was asked (ASK-31). */
export const UNBOUND = ['no-folder', 'computed', 'absent', 'folder', 'special', 'unreadable', 'too-large', 'too-many', 'too-slow'] as const;
export type Unbound = (typeof UNBOUND)[number];

/** What became of a file since a person was asked. */
export const FILE_CHANGES = ['changed', 'removed', 'appeared', 'moved', 'unreadable'] as const;
export type FileChange = (typeof FILE_CHANGES)[number];

/** A file that an action reads or runs, as it was when a person was asked about it (ASK-30). */
export interface NamedFile {
  /** As the action names it. */
  readonly name: string;
  /** Where it was looked for; absent where the folder is unknown. */
  readonly path?: string;
  /** Where its links lead, when that is another place. */
  readonly leadsTo?: string;
  /** Of what it held. Absent where it is not bound. */
  readonly sha256?: Digest;
  readonly bytes?: number;
  readonly unbound?: Unbound;
  /** Set when the question is put again. */
  readonly change?: FileChange;
}
