/** Assignments looked at in one code text. */
const MOST = 200;
const ASSIGNS =
  /(?:^|[\n;{(]|\b(?:const|let|var)\s)[ \t]{0,40}\$?([A-Za-z_]\w{0,60})\s{0,4}=\s{0,4}[frbu]{0,2}('[^'\n{}]{1,300}'|"[^"\n{}]{1,300}")(?=[ \t]{0,8}(?:$|[\n;,)#]|\/\/))/g;
const DEFINES = /\b(?:def|function)\s{1,4}([A-Za-z_]\w{0,60})\s{0,4}\(([^()\n]{1,200})\)/g;
const JOINS =
  /\b(?:os\.path\.join|path\.join|path\.resolve|posixpath\.join|File\.join|Path)\(\s{0,4}(['"][^'"\n]{0,300}['"])\s{0,4},\s{0,4}(['"][^'"\n]{0,300}['"])\s{0,4}\)/g;
const ARGUMENT = /([(,]\s{0,4}(?:\w{1,20}\s{0,2}=\s{0,2})?)\$?([A-Za-z_]\w{0,60})(?=\s{0,4}[,)])/g;

/**
 * The code with names of constant strings replaced where they are passed to a call, paths put together, and parameters taken for what
 * their function is called with. Not an interpreter: the last plain assignment of a name counts (INSPECT-83). Linear.
 */
export function withConstants(code: string): string {
  const names = new Map<string, string>();
  let text = code;
  for (let round = 0; round < 2; round += 1) {
    assigned(text, names);
    parameters(text, names);
    if (names.size === 0) return text;
    text = text.replace(ARGUMENT, (whole, before: string, name: string) => {
      const value = names.get(name);
      return value === undefined ? whole : before + value;
    });
    text = text.replace(JOINS, (_, left: string, right: string) => joined(left, right));
  }
  return text;
}

function assigned(text: string, names: Map<string, string>): void {
  for (const match of text.matchAll(ASSIGNS)) {
    if (names.size >= MOST) return;
    if (match[1] !== undefined && match[2] !== undefined) names.set(match[1], match[2]);
  }
}

/** `def f(a, b)` and a call `f('x', y)`: `a` is `'x'`, `b` what `y` is. */
function parameters(text: string, names: Map<string, string>): void {
  let seen = 0;
  for (const [, name = '', list = ''] of text.matchAll(DEFINES)) {
    seen += 1;
    if (seen > 20) return;
    const given = callOf(text, name);
    if (given === undefined) continue;
    list.split(',').forEach((parameter, i) => {
      const key = /^\s{0,8}\$?([A-Za-z_]\w*)/.exec(parameter)?.[1];
      const argument = given[i]?.trim() ?? '';
      const value = /^[frbu]{0,2}(['"][^'"\n]{0,300}['"])$/.exec(argument)?.[1] ?? names.get(argument);
      if (key !== undefined && value !== undefined && names.size < MOST && !names.has(key)) names.set(key, value);
    });
  }
}

function callOf(text: string, name: string): string[] | undefined {
  let at = text.indexOf(`${name}(`);
  for (let tries = 0; at >= 0 && tries < 8; tries += 1) {
    if (!/(?:def|function)\s{1,4}$/.test(text.slice(Math.max(0, at - 12), at))) {
      const list = /^\(([^()\n]{0,400})\)/.exec(text.slice(at + name.length, at + name.length + 404))?.[1];
      if (list !== undefined) return list.split(',');
    }
    at = text.indexOf(`${name}(`, at + 1);
  }
  return undefined;
}

function joined(left: string, right: string): string {
  const base = left.slice(1, -1);
  const rest = right.slice(1, -1);
  return `'${rest.startsWith('/') ? rest : `${base.replace(/\/$/, '')}/${rest}`}'`;
}
