import type { Json, JsonObject } from '../../../kernel/json.ts';
import type { Meaning } from './protocol.ts';

/** For everything one user does, or for one folder. */
export type Scope = 'user' | 'project';

/** How a harness asks: an HTTP request of its own, or a command that is started for each event. */
export type HandlerKind = 'http' | 'command';

/** What one entry of ours is made of. */
export interface EntryTerms {
  readonly event: string;
  readonly meaning: Meaning;
  readonly handler: HandlerKind;
  /** The whole command line, for a POSIX shell. */
  readonly command: string;
  /** The address of this event, and the agent's key: for the http handler. */
  readonly endpoint: string;
  readonly key: string;
  /** How long the harness shall wait for an answer. */
  readonly seconds: number;
  /** What makes the harness stop the call when the hook fails: its `blocking` setting as a member, or nothing. */
  readonly blocking: JsonObject;
}

/** Where a harness keeps its hooks and how one of ours stands there. Data and pure functions: the command line reads and writes the files. */
export interface HarnessSettings {
  /** The folder in the user's home that the harness makes when it first runs, unless this variable of the environment names another. */
  readonly home: { readonly folder: string; readonly variable?: string };
  /** The file that holds hooks: inside `home`, and inside a project, where the personal one is taken when there is one. */
  readonly files: Readonly<Record<Scope, string>>;
  /** Members the file must have beside `hooks`. */
  readonly beside?: JsonObject;
  /** What keeps our hook from running: a member that has this value, or is a list that holds it. */
  readonly offSwitches?: readonly { readonly at: readonly string[]; readonly is: Json }[];
  /** How it can ask; the first is installed unless another is wanted. */
  readonly handlers: readonly [HandlerKind, ...HandlerKind[]];
  /** The member of a handler that holds its command line. */
  readonly commandMember: string;
  /** Its own setting against a hook that fails or hangs, a member of the handler, and the version that has it. */
  readonly blocking?: { readonly setting: string; readonly value: Json; readonly since?: string };
  /** How long a call is held for a person unless the installation says otherwise: below the harness's own timeout. */
  readonly waitSeconds: number;
  /** One element of the list `hooks.<event>`: a handler, or a group that holds it in its own list `hooks`. */
  entry(terms: EntryTerms): Json;
  readonly control?: ControlFile;
}

/** Where one handler of ours stands. */
export interface HandlerPlace {
  /** The settings file as it is named, and as it is behind links. */
  readonly files: readonly string[];
  readonly event: string;
  readonly group: number;
  readonly handler: number;
}

/** A second file that decides whether hooks run: looked for beside the settings and in the harness's home. Its content is given parsed. */
export interface ControlFile {
  /** Its name; TOML. */
  readonly name: string;
  /** The setting that turns all hooks off, as people write it; null when none does. */
  turnsOff(config: JsonObject): string | null;
  /** What a person must know after an installation beside it. */
  notes(config: JsonObject | null, path: string): readonly string[];
  /** Why the harness does not run one handler, by the file in its home; null when it does. */
  untrusted(config: JsonObject, place: HandlerPlace): string | null;
}
