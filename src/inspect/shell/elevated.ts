import type { Arg, Call, Stream } from './call.ts';
import { UNKNOWN, harm } from './call.ts';
import { addHarm } from './collect.ts';
import { resolvePath } from '../path/resolve.ts';
import type { Reading } from './reading.ts';
import { seenFrom } from './standing.ts';

const SHELL = /^(?:(?:ba|da|z|a|k|mk|c|tc|fi|r?ba|po|sa|ya)?sh|elvish|nu|xonsh|rc|es)$/;
/** Programs that start a shell when nothing is said. */
const SHELLS_TOO = /^(?:screen|tmux|script|byobu|zellij)$/;
const ELEVATES = /^(?:sudo|doas|pkexec|su|sg|ksu|run0|runuser|super|gosu|dzdo|please)$/;
/** Where root is another machine's or a container's own. */
const ELSEWHERE =
  /^(?:docker|podman|nerdctl|kubectl|oc|lxc|lxc-attach|incus|ssh|vagrant|machinectl|systemd-nspawn|distrobox|toolbox|docker-compose|podman-compose|multipass|limactl|flatpak|arch-chroot|schroot)$/;
/** Programs that wait for words at a terminal, among them a way to a shell. */
const WAITS =
  /^(?:irb|cpan|joe|nano|pico|ed|red|ncdu|hping3|tclsh|wish|tdbtool|tasksh|msfconsole|minicom|crash|ftp|lftp|telnet|gdb|vipw|vigr|top|htop|journalctl|systemctl|loginctl|less|more|most|man|mail|mutt|vi|vim|ex|view|pry|python|ipython|jjs|ghci|octave|gnuplot|scanmem|dotnet|debugfs|zypper|rtorrent|byebug|pdb|runscript|puppet|slsh|psftp|sftp|ncftp|smbclient|psql|mysql|sqlite3|ginsh|iftop|w3m|busctl|aptitude|ispell|yelp|timedatectl|bundle|bundler|git|apt|apt-get|dpkg|zathura|dialog)$/;

/** What a call makes of the rights its own programs run with. */
export function rightsIn(call: Call, reading: Reading): Reading {
  if (reading.elevated === true && (ELSEWHERE.test(call.bin) || (call.bin === 'chroot' && call.args.every(({ text }) => text !== '/'))))
    return { ...reading, elevated: false };
  return ELEVATES.test(call.bin) ? { ...reading, elevated: asRoot(call) } : reading;
}

/** `-u NAME`, `su NAME`: somebody else than root. */
function asRoot({ bin, args }: Call): boolean {
  const words = args.map(({ text }) => text);
  const user = words.find((_, at) => /^(?:-u|--user|-U)$/.test(words[at - 1] ?? '')) ?? words.find((word) => /^(?:-u\w|--user=)/.test(word));
  if (user !== undefined) return /(?:^|=|-u)(?:root|#?0)$/.test(user);
  if (bin !== 'su') return true;
  const name = words.find((word, at) => !word.startsWith('-') && !/^-(?:c|s|-command|-shell)$/.test(words[at - 1] ?? ''));
  return name === undefined || name === 'root';
}

/** A shell as root that is told nothing waits for a person at a terminal; an agent has none, and whoever has may do anything. */
export function readElevated(call: Call, words: readonly Arg[], reading: Reading): void {
  const root = reading.elevated === true;
  const waits = waitsForWords(call);
  if (waits === 'kept' || (waits !== undefined && root) || (waits === 'shell' && reading.hunt.waits))
    addHarm(reading.into, harm('SHELL_ESCAPE', 'HIGH'), words);
  if (!root) return;
  if (call.bin === 'chroot' && call.args.length === 1 && call.args[0]?.text === '/') addHarm(reading.into, harm('SHELL_ESCAPE', 'HIGH'), words);
  if (WAITS.test(call.bin)) reading.hunt.waits = true;
  const fed = call.stdin.text !== undefined && !SHELL.test(call.bin) && !SHOWS.test(call.bin) && startsShell(call.stdin.text);
  if (fed || given(call, reading)) addHarm(reading.into, harm('SHELL_HATCH', 'HIGH'), words);
}

/** A shell that is told nothing (`kept`: with the rights of its file), or a program that opens one. */
function waitsForWords({ bin, args, stdin }: Call): 'shell' | 'kept' | 'opens' | undefined {
  if (stdin.origin !== 'none' && (stdin.origin !== 'file' || !terminal(stdin))) return undefined;
  const options = args.map(({ text }) => text);
  if (SHELLS_TOO.test(bin)) return options.some((text) => TOLD.test(text)) ? undefined : 'opens';
  if (!SHELL.test(bin) || options.some((text) => !/^[-+]/.test(text) || /^-[a-z]*[cns]$|^--(?:version|help|rcfile)/.test(text))) return undefined;
  return options.some((text) => /^-[a-z]*p[a-z]*$/.test(text)) ? 'kept' : 'shell';
}

/** What is asked of `screen` and `tmux` beside a new shell. */
const TOLD = /^(?:-l|ls|list.*|--?ls|-c|.*attach.*|kill.*|-X|send.*|-S|-d.*|new.*)$/;

const terminal = ({ from = '' }: Stream): boolean => from.includes(UNKNOWN) || from === '/dev/tty';

/** A file this text wrote, which starts a shell in whatever language the program speaks, is given to a program that runs as root. */
function given(call: Call, reading: Reading): boolean {
  if (reading.written.size === 0 || SHOWS.test(call.bin)) return false;
  return call.args.some(({ text }) => {
    const path = text.replace(/^-{1,2}[\w-]+[= ]|^@/, '');
    if (path === '' || path.length > 1_000) return false;
    const { path: place } = resolvePath(seenFrom(reading.standing.at, path));
    for (const [name, content] of reading.written) if (content.text !== undefined && isWithin(name, place) && startsShell(content.text)) return true;
    return false;
  });
}

const isWithin = (name: string, place: string): boolean => name === place || (place === '.' ? !/^[/~]/.test(name) : name.startsWith(`${place}/`));

const SHOWS = /^(?:cat|ls|cp|mv|rm|tee|chmod|chown|install|ln|touch|mkdir|echo|printf|diff|grep|head|tail|wc|stat|file|shellcheck)$/;

const STARTS_SHELL =
  /(?:exec\w{0,4}|spawn\w{0,3}|system|popen\d?|execute(?:_process)?|COMMAND|shell|run|call|pipe|=)[\s({["':,]{1,6}(?:COMMAND |executable=['"]|exec )?(?:\/(?:usr\/)?bin\/)?(?:ba|da|z|k|a)?sh\b|^!\s?(?:exec )?\/bin\/(?:ba)?sh|"\/bin\/(?:ba)?sh(?: -[a-z]+)?[ "]/m;

/** The first line of a script only names what runs it. */
const startsShell = (text: string): boolean => text.length < 65_536 && STARTS_SHELL.test(text.replace(/^#![^\n]*/, ''));
