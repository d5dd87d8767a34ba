import type { Language } from '../shell/call.ts';

/** What installing or building with a manifest runs, told from what is written into it. */
export type Lifecycle =
  { readonly type: 'shell'; readonly text: string } | { readonly type: 'code'; readonly language: Language; readonly text: string };

/** Scripts that npm and its like run by themselves (docs.npmjs.com, "Life Cycle Scripts"), and Composer's events. */
const NPM =
  /"(?:preinstall|install|postinstall|preprepare|prepare|postprepare|prepublish|prepublishOnly|prepack|postpack|preuninstall|uninstall|postuninstall|dependencies|pnpm:devPreinstall)"\s{0,16}:\s{0,16}("(?:[^"\\\n]|\\.){0,4000}")/g;
const COMPOSER =
  /"(?:pre|post)-(?:install|update|autoload|root-package-install|create-project|package|status|archive|operations|pool|command)[\w-]{0,40}"\s{0,16}:\s{0,16}("(?:[^"\\\n]|\\.){0,4000}"|\[[^\]]{0,8000}\])/g;

/** `Command::new("sh").arg("-c")…` of a build script. */
const RUST = /\bCommand::new\(\s{0,8}("(?:[^"\\\n]|\\.){0,200}")\s{0,8}\)([^;]{0,2000})/g;

/** Commands and code of a manifest, whole or in part. `path` is where it is written. Linear. */
export function lifecycleOf(path: string, content: string): readonly Lifecycle[] {
  if (content.length > 1_000_000) return [];
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
  switch (name) {
    case 'package.json':
      return matches(NPM, content).map(([, text = '']) => shell(literal(text)));
    case 'composer.json':
      return matches(COMPOSER, content)
        .flatMap(([, text = '']) => texts(text).map(shell))
        .filter(({ text }) => !/^@(?!php\s+-r)/.test(text) && !/^[\w\\]+::\w+$/.test(text));
    case 'setup.py':
    case 'hatch_build.py':
    case 'sitecustomize.py':
    case 'usercustomize.py':
      return [{ type: 'code', language: 'python', text: content }];
    case 'extconf.rb':
      return [{ type: 'code', language: 'ruby', text: content }];
    case 'build.rs':
      return matches(RUST, content).map(([, program = '', rest = '']) =>
        shell([literal(program), ...texts(rest)].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')),
      );
    default:
      return name.endsWith('.gemspec') ? [{ type: 'code', language: 'ruby', text: content }] : [];
  }
}

const shell = (text: string): { readonly type: 'shell'; readonly text: string } => ({ type: 'shell', text });

const matches = (pattern: RegExp, text: string): RegExpExecArray[] => [...text.matchAll(pattern)].slice(0, 64);

const texts = (text: string): string[] => matches(/"(?:[^"\\\n]|\\.){0,4000}"/g, text).map(([one]) => literal(one));

function literal(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}
