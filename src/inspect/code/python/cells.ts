import type { Seen } from '../../shell/call.ts';
import { UNKNOWN, harm } from '../../shell/call.ts';

/** A notebook's cell: what is Python in it, and what its magics run (IPython's documentation, "Built-in magic commands"). */
export interface Cell {
  readonly code: string;
  readonly seen: readonly Seen[];
}

const SHELLS = /^(?:bash|sh|script|system|sx|cmd)$/;
const LANGUAGES: Readonly<Record<string, Extract<Seen, { see: 'code' }>['language']>> = {
  javascript: 'node',
  js: 'node',
  perl: 'perl',
  ruby: 'ruby',
  python: 'python',
  python3: 'python',
};

/** `{name}` and `$name` are put in by the notebook. */
const filled = (line: string): string => line.replace(/\{[^{}]{1,200}\}|\$[A-Za-z_]\w{0,60}/g, UNKNOWN);
const script = (text: string): Seen => ({ see: 'script', text: filled(text) });

/** Takes the lines that IPython runs by itself out of a text. Linear. */
export function readCell(text: string): Cell {
  if (!/^[ \t]*[!%]|=[ \t]*[!%]/m.test(text)) return { code: text, seen: [] };
  const whole = /^\s{0,40}%%(\w{1,40})[ \t]{0,20}([^\n]{0,400})\n?/.exec(text);
  if (whole !== null) return cellMagic(text.slice(whole[0].length), whole[1] ?? '', (whole[2] ?? '').trim());
  const seen: Seen[] = [];
  const lines = text.split('\n').map((line) => {
    const match = /^([ \t]{0,200})(?:[A-Za-z_]\w{0,60}[ \t]{0,8}=[ \t]{0,8})?(!{1,2}|%)(?=[\w./~$("'{-])(.*)$/.exec(line);
    if (match === null) return line;
    const [, indent = '', mark = '', rest = ''] = match;
    if (mark !== '%') seen.push(script(rest));
    else seen.push(...lineMagic(rest));
    return `${indent}pass`;
  });
  return { code: lines.join('\n'), seen };
}

function lineMagic(line: string): Seen[] {
  const [name = '', ...words] = line.split(/[ \t]+/);
  const rest = words.join(' ');
  if (SHELLS.test(name)) return [script(rest)];
  if (name === 'pip' || name === 'conda') return [script(line)];
  if (name === 'run' || name === 'load')
    return words[0] === undefined
      ? []
      : [
          {
            see: 'path',
            path: { text: words.find((word) => !word.startsWith('-')) ?? '', glob: false },
            access: name === 'run' ? 'execute' : 'read',
          },
        ];
  if (name === 'sql') return [{ see: 'sql', text: rest, dialect: 'sql' }];
  if (name === 'env' || name === 'set_env') {
    const [key = '', value = words[1] ?? ''] = (words[0] ?? '').split('=');
    return key === '' ? [] : [{ see: 'env', name: key, value }];
  }
  if (name === 'rm' || name === 'mv' || name === 'cp' || name === 'cat') return [script(line)];
  return [];
}

function cellMagic(body: string, name: string, rest: string): Cell {
  if (SHELLS.test(name)) return { code: '', seen: [script(body)] };
  const language = LANGUAGES[name];
  if (language === 'python') return { code: body, seen: [] };
  if (language !== undefined) return { code: '', seen: [{ see: 'code', language, text: body }] };
  if (name === 'sql') return { code: '', seen: [{ see: 'sql', text: body, dialect: 'sql' }] };
  if (name === 'writefile' || name === 'file') {
    const path = rest.split(/\s+/).filter((word) => !word.startsWith('-'))[0] ?? '';
    return {
      code: '',
      seen: [
        { see: 'argv', argv: ['tee', path].map((word) => ({ text: word, glob: false })), stdin: { text: body, origin: 'static', secret: false } },
      ],
    };
  }
  if (/^(?:html|markdown|latex|svg)$/i.test(name)) return { code: '', seen: [] };
  if (/^(?:time|timeit|capture|prun|cython)$/.test(name)) return readCell(body);
  return { code: body, seen: [harm('UNINSPECTABLE', 'MEDIUM', { inspected: false })] };
}
