/** Shapes of values, judged without knowing the tool. All linear: anchored, or bounded from one position. */

const URL_START = /^\s*(?:[a-z][a-z0-9+.-]{1,20}):(?:\/\/|\\\\|\/)\S/i;
const URL_BARE = /^\s*(?:javascript|data|file|jar|gopher|dict|netdoc|view-source|mailto):\S/i;

export function urlShape(text: string): boolean {
  return (URL_START.test(text) || URL_BARE.test(text)) && !/\s\S+\s\S+\s\S+\s/.test(text.slice(0, 400));
}

const PATH_START = /^(?:\/[\w.*~@%-]|~[\w-]{0,32}\/|\.{1,2}[\\/]|[A-Za-z]:[\\/]|\\\\[\w.-])/;

export function pathShape(text: string): boolean {
  if (text.length > 4096 || text.includes('\n')) return false;
  if (PATH_START.test(text)) return !/^\S+\s+\S+\s+\S+\s/.test(text);
  return climbs(text) && !/\s/.test(text);
}

/** A way up the tree, plainly or encoded. */
export function climbs(text: string): boolean {
  if (text.includes('../') || text.includes('..\\')) return true;
  const may = text.includes('..') || text.includes('%') || text.includes('0x2') || text.includes('0X2');
  return may && /\.\.(?:%|;|\/|$)|%2e%2e|%252e|%c0%ae|%uff0e|\.%2e|0x2e/i.test(text);
}

const SQL_START =
  /^[\s(;]{0,16}(?:--[^\n]{0,200}\n\s{0,16}|\/\*[^*]{0,200}\*\/\s{0,16})?(?:select\b[^\n]{1,400}\bfrom\b|select\s+[\d'"*@]|select\s+\w+\s{0,4}\(|insert\s+(?:into|overwrite)\b|update\s+[\w."`[\]]+\s+set\b|delete\s+from\b|drop\s+(?:table|database|schema|view|index|user|role|function|trigger|sequence|column|type)\b|truncate\s+(?:table\s+)?[\w."]+\s{0,4}(?:;|,|$|cascade|restart)|alter\s+(?:table|database|user|role|system|schema|view)\b|create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+|unique\s+|materialized\s+)?(?:table|database|schema|view|index|user|role|function|trigger|extension)\b|grant\s+[\w, ]{1,120}\s(?:on|to)\b|revoke\s+[\w, ]{1,120}\s(?:on|from)\b|with\s+\w+\s+as\s{0,4}\(|merge\s+into\b|copy\s+[\w."(]{1,120}\s?(?:\s[^\n]{0,80})?(?:from|to)\b|exec(?:ute)?\s+(?:immediate|xp_|sp_|master)|call\s+\w+\s{0,4}\(|do\s+\$|attach\s+database|pragma\s+\w+|replace\s+into\b|explain\s+(?:analyze\s+)?(?:select|delete|update|insert)\b|union\s+(?:all\s+)?select\b)/i;

/** A whole SQL statement, by its head and what must follow it; "select a good name" is not one. */
export function sqlShape(text: string): boolean {
  if (!SQL_START.test(text.length > 1200 ? text.slice(0, 1200) : text)) return false;
  return !/^\s*(?:select|update|create|drop|alter|with|call|copy)\s+(?:the|a(?!\s{1,8}(?:from|as|set|add|drop|rename)\b)|an|your|my|this|all the)\s/i.test(
    text,
  );
}

/** Source code of a programming language, by lines a shell script does not have. */
export function codeShape(text: string): boolean {
  const head = text.length > 2000 ? text.slice(0, 2000) : text;
  return /^\s*(?:import [\w.]+(?: as \w+)?\s*(?:$|[,;])|from [\w.]+ import |def \w+\(.{0,120}\):|class \w+.{0,80}:\s*$|const \w+ = |let \w+ = |function \w+\(|print\(|#!\/usr\/bin\/(?:env )?(?:python|node|ruby|perl))/m.test(
    head,
  );
}

const OPENING =
  /^[\s(;]{0,16}(?:select\s+(?!(?:the|an|your|my|this|which|one|some|a(?!\s{1,8}(?:from|as)\b))\s)|select[('"*@]|with\s+(?:recursive\s+)?[\w"`[\]]{1,64}\s{0,4}(?:\([^)]{0,400}\)\s{0,4})?as\s|(?:begin|commit|rollback|vacuum|analyze|analyse|shutdown)\s{0,4}(?:;|$|transaction\b|work\b|tran\b)|start\s+transaction\b|(?:describe|desc|show|explain|pragma|use)\s+[\w"`[({]|values\s{0,4}\(|set\s+(?:global|session|local|@|[\w.]{1,64}\s{0,4}(?:=|to)\s)|lock\s+tables?\b)/i;

/** Whether a text begins as SQL does, also where it only reads; for values that are queries by their key. */
export function sqlOpening(text: string): boolean {
  return OPENING.test(text.length > 1200 ? text.slice(0, 1200) : text) || sqlShape(text);
}

const MATH_WORD =
  /^(?:\d[\w.]*|[a-z]\d{0,2}|and|or|not|xor|nand|nor|implies|iff|mod|div|true|false|pi|sin|cos|tan|asin|acos|atan|sinh|cosh|tanh|log|log2|log10|ln|exp|sqrt|cbrt|abs|min|max|sum|avg|mean|pow|round|floor|ceil|gcd|lcm|factorial|sign|if|then|else|is|in|of|percent)$/i;

/** Numbers, letters, operators, brackets and the names of functions of mathematics: what a calculator is given, and no command or query is made of. */
export function mathShape(text: string): boolean {
  if (text.length > 2_000 || !/^[\w\s.,+\-*/%^=<>!()&|~?:[\]×÷π√²³°≤≥≠]*$/u.test(text) || /--|\/\*/.test(text)) return false;
  return text.split(/[^\w.]+/).every((word) => word === '' || word === '.' || MATH_WORD.test(word));
}

const HOST = /^(?:[\w%.-]{1,253}|\[[0-9a-f:.%]{2,60}\])(?::\d{1,5})?(?:[/?#][^\s]*)?$/i;

/** A host, with a port and a path or without: what a program that fetches takes for a URL when no scheme stands before it. */
export function hostShape(text: string): boolean {
  if (text.length > 4_096 || !HOST.test(text)) return false;
  const host = (text.split(/[/?#]/, 1)[0] ?? '').replace(/:\d{1,5}$/, '');
  return host.includes('.') || host.startsWith('[') || /^(?:localhost|metadata|instance-data|rancher-metadata|0x[0-9a-f]{6,8}|\d{8,10})$/i.test(host);
}
