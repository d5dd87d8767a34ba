import { fc } from '../../../random.ts';
import { EXPANDED, FORMS } from './places.ts';

/**
 * Command lines from a grammar of Bash: quoting, expansions, substitutions, redirections, here-documents, lists and compounds. Nothing in it
 * holds a slash, so that whatever a line does happens in the folder it runs in; programs are the recorders below.
 */
export const RECORDERS = ['foo', 'bar', 'baz', 'qux', 'zed'] as const;

/** Real programs that start others, and are given recorders only. */
export const STARTERS = ['bash', 'sh', 'env', 'xargs', 'nice', 'timeout', 'nohup'] as const;

const pick = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const text = (parts: fc.Arbitrary<string>, most: number, least = 0): fc.Arbitrary<string> =>
  fc.array(parts, { minLength: least, maxLength: most }).map((list) => list.join(''));

const VARIABLES = ['a', 'b', 'c', 'list', 'unset_one'] as const;
const variable = pick(...VARIABLES);
const plain = text(pick('x', 'y', 'rm', '-f', '1', '2', '_', '.', ',', ':', '=', '@', '%', '+', '-'), 3, 1);
const escaped = pick('\\ ', '\\$', '\\"', "\\'", '\\\\', '\\*', '\\;', '\\|', '\\&', '\\(', '\\a', '\\\n', '\\{', '\\#', '\\`', '\\<');
const single = text(pick('x', ' ', '$a', '`foo`', '"', '\\', '$(foo)', ';', '|', '\n', '*', '{1,2}', '#', '!', '<'), 4).map((inner) => `'${inner}'`);
const ansi = text(pick('x', ' ', '\\n', '\\t', '\\x41', '\\101', '\\u0042', "\\'", '\\\\', '\\"', '$a', '\\x20', '\\cA', '\\e', '\\q'), 4).map(
  (inner) => `$'${inner}'`,
);
const arithmetic = pick('$((1+2))', '$((a))', '$(( 2 > 1 ))', '$[1+1]');
const special = pick('$?', '$#', '$1', '$@', '$*', '$0', '$-', '${#a}', '${!a}', '$!');

const HOLE = /@([SNWCLQV])/;

/** What a hole of a form is filled with. */
function hole(name: string, tie: fc.LetrecTypedTie<Lines>): fc.Arbitrary<string> {
  switch (name) {
    case 'S':
      return fc.oneof(
        pick('$(foo s)', '`bar s`', '$(echo foo; baz "$a")'),
        tie('list').map((line) => `$(${line}\n)`),
      );
    case 'N':
      return pick('$(foo s; echo 0)', '`bar s`0', '$(baz $a)0');
    case 'W':
      return tie('word');
    case 'C':
      return fc.tuple(pick(...RECORDERS), fc.array(tie('word'), { maxLength: 2 })).map(([program, words]) => [program, ...words].join(' '));
    case 'L':
      return tie('list');
    case 'Q':
      return tie('list').map(quote);
    default:
      return variable;
  }
}

const quote = (line: string): string => `'${line.replaceAll("'", "'\\''")}'`;

interface Lines {
  readonly word: string;
  readonly quoted: string;
  readonly expansion: string;
  readonly simple: string;
  readonly command: string;
  readonly list: string;
}

const { word, list } = fc.letrec<Lines>((tie: fc.LetrecTypedTie<Lines>): fc.LetrecValue<Lines> => {
  const inner = tie('word');
  const filled = (forms: readonly string[]): fc.Arbitrary<string> =>
    pick(...forms).chain((form) =>
      fc.tuple(...form.split(HOLE).map((part, i) => (i % 2 === 0 ? fc.constant(part) : hole(part, tie)))).map((parts) => parts.join('')),
    );
  const operator = pick(':-', '-', ':=', ':+', '+', '#', '##', '%', '%%');
  const substitution = tie('list').map((line) => `$(${line}\n)`);
  const expansion = fc.oneof(
    { weight: 4, arbitrary: variable.map((name) => `$${name}`) },
    { weight: 2, arbitrary: variable.map((name) => `\${${name}}`) },
    { weight: 3, arbitrary: fc.tuple(variable, operator, inner).map(([name, op, operand]) => `\${${name}${op}${operand}}`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(variable, pick('^^', ',,', '^', ':1', ':0:1', ': -1', '/x/y', '//x/y', '/#x/y', '[0]', '[@]', '[*]', '[1]'))
        .map(([name, op]) => `\${${name}${op}}`),
    },
    { weight: 1, arbitrary: special },
    // Places that Bash expands, or evaluates, inside an expansion.
    {
      weight: 2,
      arbitrary: fc
        .tuple(variable, pick(':S', ':1:S', '[S]', '[S]:-x', '/S/x', '/x/S', '//S', '#S', '%%S', '^^S', ',S', '@Q', '@P', '/#S/x'), substitution)
        .map(([name, form, inside]) => `\${${name}${form.replace('S', () => inside)}}`),
    },
    { weight: 1, arbitrary: substitution.map((inside) => `\${!a[${inside}]}`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(pick('$((S))', '$((a[S]))', '$((1+S))', '$((a[0]+b[S]))', '$[S+1]'), substitution)
        .map(([form, inside]) => form.replace('S', () => inside)),
    },
    { weight: 1, arbitrary: arithmetic },
    { weight: 2, arbitrary: substitution },
    { weight: 2, arbitrary: filled(EXPANDED) },
    { weight: 1, arbitrary: pick('`foo x`', '`bar $a`', '`echo foo`', '`echo \\$a`', '`foo \\`bar y\\``') },
  );
  const quoted = text(
    fc.oneof(
      { weight: 4, arbitrary: pick('x', ' ', "'", '\\"', '\\$', '\\\\', '\\`', '\\x', '*', ';', '{1,2}', '\\\n', '#', '\n', '!') },
      { weight: 2, arbitrary: tie('expansion') },
    ),
    4,
  ).map((body) => `"${body}"`);
  const brace = fc.tuple(inner, inner).map(([one, two]) => `{${one},${two}}`);
  const piece = fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 8, arbitrary: plain },
    { weight: 2, arbitrary: escaped },
    { weight: 3, arbitrary: single },
    { weight: 2, arbitrary: ansi },
    { weight: 3, arbitrary: tie('quoted') },
    { weight: 4, arbitrary: tie('expansion') },
    { weight: 1, arbitrary: brace },
    { weight: 1, arbitrary: pick('*', '?', '[ab]', '{1..3}', '{a..c}') },
    { weight: 1, arbitrary: tie('list').map((line) => `<(${line}\n)`) },
  );
  const words = fc.array(inner, { maxLength: 3 }).map((all) => all.map((one) => ` ${one}`).join(''));
  const assignment = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(variable, inner).map(([name, value]) => `${name}=${value}`) },
    { weight: 1, arbitrary: fc.tuple(variable, inner).map(([name, value]) => `${name}+=${value}`) },
    { weight: 1, arbitrary: words.map((all) => `list=(${all} )`) },
    { weight: 1, arbitrary: substitution.map((inside) => `list[${inside}]=1`) },
    { weight: 1, arbitrary: substitution.map((inside) => `list=([${inside}]=x y)`) },
  );
  const program = fc.oneof(
    { weight: 8, arbitrary: pick(...RECORDERS) },
    {
      weight: 2,
      arbitrary: pick(
        "f'o'o",
        'b\\ar',
        '"baz"',
        "$'qu\\x78'",
        'f""oo',
        '{foo,bar}',
        '\\foo',
        "$'\\x66oo'",
        '$(echo foo)',
        '`echo bar`',
        'ba${unset_one}r',
        '$a',
        '"$a"',
        '${b:-foo}',
        '$(printf foo)',
        'f${c}oo',
        '${list[0]}',
      ),
    },
  );
  const heredoc = fc
    .tuple(fc.boolean(), text(fc.oneof(pick('x', ' ', '\\$', '"', "'", '\n', '`bar h`'), tie('expansion')), 4))
    .map(([raw, body]) => (raw ? ` <<'EOF'\n${body.replaceAll('EOF', '')}\nEOF\n` : ` <<EOF\n${body.replaceAll('EOF', '')}\nEOF\n`));
  const redirect = fc.oneof(
    { weight: 12, arbitrary: fc.constant('') },
    { weight: 3, arbitrary: fc.tuple(pick('>', '>>', '2>', '&>', '>|'), pick('f1', 'f2', '"f 3"', 'f$a')).map(([op, file]) => ` ${op} ${file}`) },
    { weight: 1, arbitrary: pick(' 2>&1', ' >&2', ' <&-', ' 2>&-', ' < f1', ' <> f2') },
    { weight: 1, arbitrary: inner.map((value) => ` <<< ${value}`) },
    { weight: 1, arbitrary: tie('list').map((line) => ` > >(${line}\n)`) },
  );
  const run = fc.tuple(program, words, redirect).map((parts) => parts.join(''));
  const simple = fc.oneof(
    { weight: 10, arbitrary: run },
    { weight: 8, arbitrary: filled(FORMS) },
    { weight: 2, arbitrary: fc.tuple(assignment, run).map(([one, two]) => `${one} ${two}`) },
    { weight: 4, arbitrary: assignment },
    { weight: 1, arbitrary: fc.tuple(pick('>f1 ', '2>&1 ', '<<<x '), run).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: words.map((all) => `set --${all}`) },
    { weight: 1, arbitrary: fc.tuple(pick(...RECORDERS), words).map(([name, all]) => `set --${all}; ${name} "$@" $1`) },
    { weight: 1, arbitrary: fc.tuple(pick(...RECORDERS), words).map(([name, all]) => `fun() { ${name} "$@"; }; fun${all}`) },
    // Builtins that evaluate a word once more.
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          pick(
            "let 'a[S]=1'",
            "declare -i n='a[S]'",
            "printf -v 'a[S]' x",
            "unset 'list[S]'",
            "[[ 'a[S]' -eq 1 ]]",
            "[[ -v 'list[S]' ]]",
            "test -v 'list[S]'",
            '(( a[S] ))',
            "read 'list[S]' <<< y",
            "mapfile -C 'bar m' -c 1 <<< x",
            'for ((i=S;i<0;i++)); do :; done',
            "y='a[S]'; echo $((y))",
            "y='$(foo q)'; echo ${y@P}",
            "compgen -C 'foo g' x",
          ),
          pick('$(foo s)', '$(bar s; echo 0)', '`foo s`'),
        )
        .map(([form, inside]) => form.replace('S', () => inside)),
    },
    { weight: 1, arbitrary: fc.tuple(pick(...RECORDERS), words).map(([name, all]) => `alias al='${name} q'; shopt -s expand_aliases\nal${all}`) },
    { weight: 1, arbitrary: words.map((all) => `echo${all}`) },
    { weight: 1, arbitrary: assignment.map((one) => (one.startsWith('list') ? `declare -a ${one}` : `export ${one}`)) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          pick(
            'command',
            'eval',
            'exec',
            'time',
            '!',
            'command -p',
            'builtin eval',
            'command eval',
            'env',
            'env -u x A=1',
            'nice',
            'nice -n 1',
            'timeout 5',
            'nohup',
            'xargs',
            'echo y | xargs -n 1',
            'coproc',
          ),
          run,
        )
        .map(([before, one]) => `${before} ${one}`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(pick('eval', 'bash -c', 'sh -c', 'env bash -c', 'bash -ec'), tie('list'))
        .map(([before, line]) => `${before} ${quote(line)}`),
    },
    { weight: 1, arbitrary: tie('list').map((line) => `bash <<'OUTER'\n${line.replaceAll('OUTER', '')}\nOUTER\n`) },
    { weight: 1, arbitrary: fc.tuple(run, heredoc).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: tie('list').map((line) => `echo ${quote(line)} | bash`) },
    { weight: 1, arbitrary: tie('list').map((line) => `trap ${quote(line)} EXIT`) },
  );
  const compound = fc.oneof(
    tie('list').map((one) => `{ ${one}\n}`),
    tie('list').map((one) => `( ${one}\n)`),
    fc.tuple(tie('list'), tie('list'), tie('list')).map(([when, then, other]) => `if ${when}\nthen ${then}\nelse ${other}\nfi`),
    fc.tuple(variable, words, tie('list')).map(([name, all, body]) => `for ${name} in${all}; do ${body}\ndone`),
    tie('list').map((body) => `while true; do ${body}\nbreak; done`),
    fc.tuple(tie('list'), tie('list')).map(([when, body]) => `until ${when}\ndo ${body}\nbreak; done`),
    fc.tuple(inner, inner, tie('list'), tie('list')).map(([of, match, one, two]) => `case ${of} in ${match}) ${one}\n;; *) ${two}\n;; esac`),
    fc.tuple(tie('list'), words).map(([body, all]) => `fun() { ${body}\n}; fun${all}`),
    inner.map((one) => `[[ -n ${one} ]]`),
    pick('(( 1 ))', '[ -n x ]', 'test x', 'true', 'false', ':', '[[ $(foo t) == x ]]', '(( $(bar t) ))', 'let 1'),
  );
  const command = fc.oneof({ depthSize: 'small' }, { weight: 8, arbitrary: tie('simple') }, { weight: 2, arbitrary: compound });
  const glue = pick('; ', ' && ', ' || ', ' | ', '\n', ' |& ', ' &\nwait\n', ' # note\n', ' \\\n&& ');
  return {
    word: text(piece, 2, 1),
    quoted,
    expansion,
    simple,
    command,
    list: fc
      .tuple(tie('command'), fc.array(fc.tuple(glue, tie('command')), { maxLength: 2 }))
      .map(([first, more]) => first + more.map(([by, one]) => (/\n$/.test(first) ? '' : '') + by + one).join('')),
  };
});

export { word, list };
