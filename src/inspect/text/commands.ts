import { prefilter } from '../secrets/aho.ts';

/** Commands in documents that read what is secret, stay behind, or run what nobody sees, given to whoever is about to work (INSPECT-146). */
const LEAKS =
  /(?:cat|less|head|type|open\(|print\(|echo|dump|printenv|env \||env >|env$)[^\n]{0,60}(?:\.env\b|environ\b|\$\{?[a-z_]*(?:secret|token|password|api_key|database_url)|\.ssh\/|id_rsa|\.aws\/credentials|\/etc\/shadow|canary|credentials)|os\.environ\.items|\bprint\(\s?os\.environ|\benv \| (?:sort|tee|curl)|\bprintenv\b|k}?=\{?v}? for k, ?v in|\{k: ?v for k, ?v in os\.environ/;
const STAYS =
  /\.git\/hooks|\.bashrc|\.zshrc|\.profile\b|\bcron(?:tab| ?jobs?)\b|install[_-]hooks|register_hooks|post-?install hook|launchagents|systemctl enable|authorized_keys/;
const RUNS =
  /python3? -c [^\n]{0,40}(?:os\.system|subprocess|exec\(|urllib|requests)|curl [^\n|]{0,120}\| ?(?:sudo )?(?:ba|z)?sh|node -e [^\n]{0,40}child_process/;
const HARM: readonly (readonly [pattern: RegExp, weight: number])[] = [
  [LEAKS, 2],
  [STAYS, 2],
  [RUNS, 2],
];

/** Why it is to be done: before the work the reader came for, or because somebody says it has to. */
const URGES: readonly (readonly [pattern: RegExp, weight: number])[] = [
  [/\bbefore (?:modifying|making (?:any )?changes|patching|editing|fixing|you (?:modify|fix|patch|make|start)|changing|working on|implementing)/, 2],
  [/\b(?:mandatory|action required|critical)\b|\brequired\b\W|\b(?:agents?|assistants?|all contributors|contributors) must\b/, 2],
  [
    /\b(?:please also run|please verify|verify (?:sandbox|workspace|credentials|the (?:test )?environment|your environment)|to inspect|make sure (?:you have|your environment)|capture the environment|attach|paste the output|fingerprint)\b/,
    2,
  ],
  [/\b(?:failure to|skipping this|will (?:cause|trigger)|per (?:our|security|the) |compliance|audit)\b/, 1],
];

const ANCHORS = [
  '.env',
  'environ',
  'printenv',
  'env |',
  'env >',
  '$secret',
  '$database',
  '$api',
  '.ssh/',
  '.git/hooks',
  '.bashrc',
  '.zshrc',
  'cron',
  '_hooks',
  '-hooks',
  '-c ',
  '| bash',
  '|bash',
  '| sh',
  'canary',
  'credentials',
];
const FILTER = prefilter(ANCHORS);
const AROUND = 360;
const MOST = 128;

/** Where such a command stands with a reason to run it. Lower case in; linear. */
export function commandRequestAt(plain: string): number | undefined {
  let seen = 0;
  let last = -AROUND;
  let found: number | undefined;
  FILTER.scan(plain, (_id, end) => {
    if (found !== undefined || seen >= MOST || end < last + AROUND / 2) return;
    last = end;
    seen += 1;
    const text = plain.slice(Math.max(0, end - AROUND), end + AROUND / 2);
    const harm = HARM.reduce((sum, [pattern, weight]) => sum + (pattern.test(text) ? weight : 0), 0);
    const urge = URGES.reduce((sum, [pattern, weight]) => sum + (pattern.test(text) ? weight : 0), 0);
    if (harm >= 2 && urge >= 2 && harm + urge >= 4) found = end;
  });
  return found;
}
