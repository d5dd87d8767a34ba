import type { Seen } from './call.ts';
import { harm } from './call.ts';

const SOCKET = /\bsocket\b|\bnet\s*\.\s*(?:connect|Socket|createConnection|createServer)\b|\bTCPSocket\b|\bfsockopen\b/;
const RECEIVES = /\.\s*recv\w*\s*\(|\.on\(\s*['"]data['"]|\.gets\b|\bfgets\s*\(|\.accept\s*\(/;
const RUNS_ANY =
  /shell\s*=\s*True|\bos\s*\.\s*(?:system|popen)\s*\(\s*[A-Za-z_]|\bexec(?:Sync)?\s*\(\s*[A-Za-z_]|\bshell_exec\s*\(\s*\$|\bsubprocess\s*\.\s*\w+\s*\(\s*[A-Za-z_]/;

const EACH_PROCESS = /\bprocess_iter\s*\(|\bpsutil\s*\.\s*pids\s*\(|\bGet-Process\b|\bps-list\b|\blistdir\s*\(\s*['"]\/proc['"]/;
const KILLS = /\.\s*(?:kill|terminate|send_signal)\s*\(|\bos\s*\.\s*kill(?:pg)?\s*\(|\bprocess\s*\.\s*kill\s*\(|\bStop-Process\b/;

const SENDS =
  /\brequests\s*\.\s*(?:post|put|request)\s*\(|\burlopen\s*\(|\bRequest\s*\([^)\n]{0,200}\bdata\s*=|\bhttp\.client\b|\.\s*(?:sendall|storbinary|sendmail|send_message)\s*\(|\bfetch\s*\([^)\n]{0,200}(?:POST|PUT)|\baxios\s*\.\s*(?:post|put)\s*\(|\bhttpx?\s*\.\s*(?:post|put)\s*\(|\bNet::HTTP\.post|CURLOPT_POSTFIELDS/;
const READS = /\bopen\s*\(|\breadFile\w*\s*\(|\bfile_get_contents\s*\(|\bFile\.(?:read|open)\b|\bread_(?:text|bytes)\s*\(/;
const NOT_OURS =
  /['"](?:\/(?:etc|root|home|var|usr|proc|sys|boot|opt)\/[^'"\n]{1,200}|~\/[^'"\n]{1,200}|[^'"\n]{0,200}(?:\.env|\.pem|id_rsa|\.ssh\/\w+|credentials|\.kdbx))['"]/;

const INNER_CODE =
  /['"][^\n]{0,200}(?:__import__\s*\(|\bos\s*\.\s*(?:system|popen|remove)\b|\bsubprocess\b|child_process|__subclasses__|shutil\.rmtree)[^\n]{0,200}['"]/;
const EVALUATES = /\b(?:eval|exec|compile|runInThisContext|Function|instance_eval)\s*\(\s*[A-Za-z_$]/;
const PICKLED = /c(?:os|posix|nt|subprocess|builtins|__builtin__)\\n(?:system|popen|exec\w*|eval|call|run|Popen|check_output)\b/;
const UNPICKLES = /\b(?:pickle|cPickle|dill|cloudpickle|marshal|jsonpickle)\s*\.\s*(?:loads?|decode)\s*\(|\byaml\s*\.\s*(?:unsafe_)?load\s*\(/;
const REDUCES = /\bdef\s+__reduce(?:_ex)?__\s*\(/;

/** A line that comes from the network and is started as a program. */
const HEARD = /\b([A-Za-z_]\w{0,40})(?:\s{0,4},\s{0,4}\w{1,40})?\s{0,4}=\s{0,4}[\w.:$@>()-]{1,60}(?:gets|receive|recv|readline|read|sysread)\b/g;
const CONNECTS = /\bTCPSocket\b|\bsocket\b|\bfsockopen\b|\bIO::Socket\b|\bTCPServer\b/;

function runsHeard(text: string): boolean {
  if (!CONNECTS.test(text)) return false;
  let seen = 0;
  for (const [, name] of text.matchAll(HEARD)) {
    if (++seen > 8) return false;
    if (new RegExp(`(?:popen\\d?|exec|system|spawn|execute|shell_exec|passthru)\\s{0,2}[( ]\\s{0,2}\\$?${String(name)}\\b`).test(text)) return true;
  }
  return false;
}

const FORKS =
  /\bwhile\s*\(?\s*(?:True|true|1)\s*\)?\s*[:{]\s*(?:os\s*\.\s*fork\s*\(|(?:threading\s*\.\s*)?Thread\s*\(|(?:multiprocessing\s*\.\s*)?Process\s*\(|child_process|require\s*\(\s*['"]child_process['"]\s*\)\s*\.|fork\s*\(|spawn\s*\()/;
/** A program put among what a login of Windows starts. */
const STARTS_WITH = /\b(?:winreg|_winreg)\s*\.\s*(?:SetValueEx?|CreateKey)\b/;
const RUN_KEY = /CurrentVersion\\{1,2}Run/;
const GROWS = /\bwhile\s*\(?\s*(?:True|true|1)\s*\)?\s*[:{]\s*\w{1,40}\s*(?:\.\s*(?:append|push|extend|concat)\s*\(|\+=|=\s*\w{1,40}\s*[*+])/;

/** What code does by its structure, whichever names it uses: a shell for whoever connects, all processes of a name, files sent away. */
export function deeds(text: string): Seen[] {
  const seen: Seen[] = [];
  if (SOCKET.test(text) && RECEIVES.test(text) && RUNS_ANY.test(text)) seen.push(harm('SHELL_REVERSE_SHELL', 'CRITICAL', { category: 'network' }));
  if (STARTS_WITH.test(text) && RUN_KEY.test(text)) seen.push(harm('SHELL_PERSISTENCE', 'HIGH', { operation: 'write' }));
  if (EACH_PROCESS.test(text) && KILLS.test(text)) seen.push(harm('SHELL_KILL', 'HIGH'));
  if (SENDS.test(text) && READS.test(text) && NOT_OURS.test(text)) seen.push(harm('SHELL_UPLOAD', 'HIGH', { category: 'network' }));
  if (EVALUATES.test(text) && INNER_CODE.test(text)) seen.push(harm('SHELL_EVAL_COMPUTED', 'HIGH', { inspected: false }));
  if (UNPICKLES.test(text) && (PICKLED.test(text) || REDUCES.test(text))) seen.push(harm('SHELL_DECODE_EXECUTE', 'HIGH', { inspected: false }));
  if (runsHeard(text)) seen.push(harm('SHELL_REVERSE_SHELL', 'CRITICAL', { category: 'network' }));
  if (FORKS.test(text) || /\bfork\s{1,4}while\s{1,4}fork\b|\bfork\s{0,2}(?:\(\))?\s{1,4}while\s{1,4}(?:1|true)\b/.test(text))
    seen.push(harm('SHELL_FORK_BOMB', 'CRITICAL'));
  else if (GROWS.test(text) && !/\bbreak\b|\breturn\b|\bsleep\b|\byield\b|\bawait\b/.test(text)) seen.push(harm('CODE_EXHAUSTS', 'HIGH'));
  return seen;
}
