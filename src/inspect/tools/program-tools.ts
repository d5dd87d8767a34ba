import type { JsonObject } from '../../kernel/json.ts';
import { quoteWord } from '../quote-word.ts';
import type { Likeness } from './places.ts';

/** Programs that tools are named after: what the tool is given are the program's words and options. */
const PROGRAMS: ReadonlySet<string> = new Set(
  'git kubectl docker podman helm terraform tofu pulumi aws gcloud az gh glab heroku flyctl fly vercel netlify firebase supabase doctl npm pnpm yarn pip cargo brew systemctl chmod chown dd mkfs shred rsync crontab psql mysql sqlite3 mongosh'.split(
    ' ',
  ),
);
const LINE = /^(?:command|cmd|args|arguments|argv|subcommand|action|operation|line|input)$/i;
const PLACES = /^(?:repo_?path|cwd|work_?dir|working_?dir(?:ectory)?|directory|project_?path|context|timeout.*|description|explanation)$/i;
const OPERANDS =
  /^(?:resource|resource_?type|kind|name|names|target|targets|ref|branch|branch_?name|commit|path|paths|file|files|volume|container|image|id|remote|service|package|url|user|if|of)$/i;

/** `git_reset {mode: "hard"}`, `kubectl {command: "delete ns shop"}`, `docker_system_prune {all: true}` as the command lines they stand for (INSPECT-130). */
export function programLine(own: readonly string[], args: JsonObject): Likeness | null {
  const [first = '', ...rest] = own;
  const program = first === 'kubernetes' || first === 'k8s' ? 'kubectl' : first;
  if (!PROGRAMS.has(program)) return null;
  const words: string[] = [program, ...rest.filter((word) => !/^(?:tool|run|exec|execute|command|cmd|cli)$/.test(word))];
  let pointer = '/~name';
  for (const [key, value] of Object.entries(args)) {
    if (PLACES.test(key) || words.length > 64) continue;
    if (LINE.test(key) && (typeof value === 'string' || Array.isArray(value))) {
      pointer = `/${key}`;
      words.push(...lineWords(value, program));
    } else words.push(...optionWords(key, value, program));
  }
  return { command: words.join(' '), pointer };
}

/** A line is taken as it stands, for it may hold quotes and redirections; the program's own name before it is left out. */
function lineWords(value: unknown, program: string): string[] {
  if (typeof value === 'string')
    return [value.startsWith(`${program} `) ? value.slice(program.length + 1) : value].filter((line) => line.length <= 4_096);
  return (value as readonly unknown[])
    .filter((one): one is string => typeof one === 'string' && one.length <= 1_000)
    .map(quoteWord)
    .slice(0, 64);
}

function optionWords(key: string, value: unknown, program: string): string[] {
  if (value === true) return [`--${key.replaceAll('_', '-')}`];
  if (typeof value === 'number') return [`--${key}=${String(value)}`];
  const texts = (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter(
    (one): one is string => typeof one === 'string' && one !== '' && one.length <= 1_000,
  );
  if (program === 'dd' && texts.length === 1) return [`${key}=${quoteWord(texts[0] ?? '')}`];
  if (key === 'mode' && program === 'git') return texts.filter((one) => /^[a-z-]{2,20}$/.test(one)).map((one) => `--${one}`);
  if (key === 'mode') return texts.map(quoteWord);
  if (OPERANDS.test(key)) return texts.map(quoteWord).slice(0, 32);
  return texts.slice(0, 8).map((one) => `--${key.replaceAll('_', '-')}=${quoteWord(one)}`);
}
