import type { Call, ProgramTable, Seen } from '../call.ts';
import { ARCHIVES } from './archives.ts';
import { CONTAINERS } from './containers.ts';
import { DATABASES } from './databases.ts';
import { DISK } from './disk.ts';
import { FILES } from './files.ts';
import { FLEETS } from './fleets.ts';
import { FRAMEWORKS } from './framework-code.ts';
import { GIT } from './git.ts';
import { HATCHES } from './hatches.ts';
import { HOST } from './host.ts';
import { INTERPRETERS } from './interpreters.ts';
import { INFRA } from './infra.ts';
import { LAUNCHERS, REMOTE, hatched, launched, scalesToZero } from './launchers.ts';
import type { Known } from './launchers.ts';
import { LEAVING } from './leaving.ts';
import { NETWORK } from './network.ts';
import { PACKAGES } from './packages.ts';
import { QUERIES } from './query-clients.ts';
import { SCRIPTS } from './named-scripts.ts';
import { saidSql } from './said-sql.ts';
import { SEARCH } from './search.ts';
import { SERVING } from './serving.ts';
import { isService, readService } from './service-verbs.ts';
import { SHELLS } from './shells.ts';
import { TEXT } from './text.ts';
import { WINDOWS } from './windows.ts';
import { WRAPPERS } from './wrappers.ts';

/** Every program with semantics of its own, by base name. */
export const PROGRAMS: ProgramTable = {
  ...TEXT,
  ...SEARCH,
  ...FILES,
  ...WINDOWS,
  ...DISK,
  ...HOST,
  ...NETWORK,
  ...PACKAGES,
  ...DATABASES,
  ...INFRA,
  ...CONTAINERS,
  ...GIT,
  ...HATCHES,
  ...INTERPRETERS,
  ...WRAPPERS,
  ...SHELLS,
  ...LAUNCHERS,
  ...FLEETS,
};

/** Programs that show, say or send what they are given. */
const SPEAKERS = new Set(
  `mail mailx mutt sendmail gh glab hub jira linear slack slack-cli notify-send terminal-notifier osascript wall write xmessage zenity dialog whiptail
  figlet cowsay lolcat tldr cheat howdoi explain apropos whatis info man help pandoc bat glow mdcat vale aspell claude codex gemini aider llm sgpt mods
  ollama cursor-agent goose opencode copilot amp`.split(/\s+/),
);

export const KNOWN: Known = {
  program: (name) => Object.hasOwn(PROGRAMS, name) || isService(name),
  speaker: (name) => SPEAKERS.has(name) || (Object.hasOwn(TEXT, name) && TEXT[name] === TEXT['echo']),
};

/** What is known of programs beside their own reader. */
const BESIDE: readonly ProgramTable[] = [REMOTE, LEAVING, ARCHIVES, SERVING, QUERIES, FRAMEWORKS, SCRIPTS];

/** Languages whose code is known by how it starts a shell only. */
const SMALL = new Set(
  `julia tclsh elixir groovy erl dmsetup Rscript gcc g++ cc c++ c89 c99 clang rpm rpmdb rpmquery rpmverify mail mailx lftp ftp smbclient rake irb make gmake
  latexmk aria2c start-stop-daemon bundle bundler composer psql mysql`.split(/\s+/),
);

/** What one call means: by its program's own reader, by the verbs of a service's client, or by its structure. */
export function readProgram(call: Call): readonly Seen[] {
  const reader = Object.hasOwn(PROGRAMS, call.bin) ? PROGRAMS[call.bin] : undefined;
  const scaled = isService(call.bin) || call.bin === 'docker' ? scalesToZero(call) : [];
  const more = BESIDE.flatMap((table) => (Object.hasOwn(table, call.bin) ? (table[call.bin]?.(call) ?? []) : []));
  if (!Object.hasOwn(DATABASES, call.bin) && !KNOWN.speaker(call.bin)) more.push(...saidSql(call));
  if (reader !== undefined && !Object.hasOwn(PACKAGES, call.bin))
    return [...reader(call), ...scaled, ...more, ...(SMALL.has(call.bin) ? hatched(call) : [])];
  return [...(reader === undefined ? readService(call) : reader(call)), ...scaled, ...more, ...launched(call, KNOWN)];
}
