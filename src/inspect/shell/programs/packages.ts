import type { ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm } from '../call.ts';
import { isDryRun, isHelp, readOptions } from '../options.ts';
import { bareWords } from './service-verbs.ts';
import { isForeignPackage } from './package-origin.ts';

const SUPPLY = { detector: 'supply-chain', category: 'supply-chain', operation: 'deploy' } as const;

/** Sub-commands that make something public, or take it away from others. */
function publishing(words: readonly string[], more: ProgramReader = () => []): ProgramReader {
  return (call) => {
    if (isHelp(call.args) || isDryRun(call.args)) return [];
    // A release that is only made here.
    if (call.args.some(({ text }) => /^--(?:snapshot|skip[=-]publish.*|no-publish)$/.test(text))) return more(call);
    const spoken = bareWords(call.args).slice(0, 3);
    const verb = spoken.find((word) => words.includes(word));
    return verb === undefined ? more(call) : [harm('SUPPLY_PUBLISH', 'HIGH', SUPPLY)];
  };
}

/** `bun -e CODE`, `deno eval CODE`: code of the language the program runs. */
const evaluating =
  (more: ProgramReader, ...flags: readonly string[]): ProgramReader =>
  (call) => {
    const at = call.args.findIndex((arg) => flags.includes(arg.text));
    const code = at < 0 ? undefined : call.args.slice(at + 1).find((arg) => !arg.text.startsWith('-'));
    if (code !== undefined) return [{ see: 'code', language: 'node', text: code.text }];
    const piped = call.args.some((arg) => arg.text === '-') && call.stdin.text !== undefined;
    return piped ? [{ see: 'code', language: 'node', text: call.stdin.text ?? '' }] : more(call);
  };

/** A source of packages that an option names. */
const foreignFrom =
  (...names: readonly string[]): ProgramReader =>
  (call) =>
    readOptions(call.args, { short: 's', long: [...names] })
      .values(...names)
      .some(({ text }) => isForeignPackage(text))
      ? [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' })]
      : [];

const npm: ProgramReader = (call) => {
  const words = bareWords(call.args);
  if (words[0] === 'exec' || words[0] === 'x' || words[0] === 'dlx') return runner({ ...call, args: call.args.slice(1) });
  if (words[0] === 'owner' && words[1] !== 'ls') return [harm('SUPPLY_OWNERSHIP', 'HIGH', SUPPLY)];
  if (words[0] === 'access' && /^(grant|revoke|set|public|restricted)$/.test(words[1] ?? '')) return [harm('SUPPLY_OWNERSHIP', 'HIGH', SUPPLY)];
  if (words[0] === 'dist-tag' && /^(add|rm)$/.test(words[1] ?? '')) return [harm('SUPPLY_PUBLISH', 'HIGH', SUPPLY)];
  if (words[0] === 'config' && words[1] === 'set' && /^(?:script-shell|node-options|(?:@[\w-]+:)?registry)(?:=|$)/.test(words[2] ?? ''))
    return [harm('SUPPLY_CONFIG', 'HIGH', SUPPLY)];
  const seen: Seen[] = [];
  // A package named by its URL runs its install scripts.
  if (/^(?:install|i|add)$/.test(words[0] ?? '') && words.slice(1).some((word) => isForeignPackage(word) || /^http:/.test(word)))
    seen.push(harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' }));
  const registry = call.args.find((arg) => /^--(script-shell|node-options)(=|$)/.test(arg.text));
  if (registry !== undefined) seen.push(harm('SHELL_HATCH', 'HIGH'));
  return seen;
};

/** Packages whose program is called otherwise. */
const PACKAGED: Readonly<Record<string, string>> = {
  'firebase-tools': 'firebase',
  'netlify-cli': 'netlify',
  '@railway/cli': 'railway',
  'aws-cdk': 'cdk',
  '@anthropic-ai/claude-code': 'claude',
  '@openai/codex': 'codex',
  '@google/gemini-cli': 'gemini',
  '@shopify/cli': 'shopify',
  '@sentry/cli': 'sentry-cli',
  'heroku-cli': 'heroku',
};

/** `npx`, `bunx` and kin: `-c` takes a shell text; otherwise a package runs, which is its users' daily work. */
const runner: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'cp', long: ['call', 'package', 'from', 'with', 'python'], stop: true });
  const text = options.value('c', 'call');
  if (text !== undefined) return [{ see: 'script', text: text.text }];
  const [program, ...rest] = options.operands;
  const name = program?.text.replace(/(.)@[^/@]*$/, '$1') ?? '';
  const foreign = [...options.operands.slice(0, 1), ...options.values('p', 'package', 'from')].some(({ text }) => isForeignPackage(text));
  const remote: Seen[] = foreign ? [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' })] : [];
  return program === undefined ? remote : [...remote, { see: 'argv', argv: [{ ...program, text: PACKAGED[name] ?? name }, ...rest] }];
};

/** Removing what a machine or a project runs on; MEDIUM, for it can be installed again, unless it is the system's heart. */
const HEART =
  /^(sudo|systemd|libc6?|glibc|bash|coreutils|kernel.*|linux-image.*|openssh.*|python3?|dpkg|apt|rpm|grub.*|initramfs-tools|login|passwd|auditd|apparmor|fail2ban|ufw|firewalld|selinux.*|clamav.*|rsyslog|falcon-sensor|wazuh.*|util-linux|filesystem|base.*|\*)$/;

/** Options by which a package need not be signed by anybody. */
const UNSIGNED = /^(?:--allow-unauthenticated|--force-yes|--allow-untrusted|--no-gpg-checks|--dangerous)$/;

const apt: ProgramReader = (call) => {
  if (isHelp(call.args) || isDryRun(call.args)) return [];
  const options = readOptions(call.args, { short: 'otc', long: ['option', 'target-release'] });
  const seen: Seen[] = [];
  // Names that arrive on a pipe are all that was listed.
  if (!call.complete && /^(?:remove|purge|erase|uninstall|delete|del)$/.test(options.operands[0]?.text ?? ''))
    seen.push(harm('PACKAGE_REMOVE', 'HIGH', { category: 'supply-chain', operation: 'delete' }));
  for (const option of options.values('o', 'option')) {
    const match = /^(APT::(Update|Install).*::(Pre|Post)-[^=]*|DPkg::(Pre|Post)-[^=]*|Dpkg::Options[^=]*)=(.+)$/i.exec(option.text);
    if (match?.[5] !== undefined && !match[5].startsWith('--force-conf')) seen.push(harm('SHELL_HATCH', 'HIGH'), { see: 'script', text: match[5] });
  }
  const [verb = '', ...names] = options.operands.map((arg) => arg.text);
  if (/^(?:re)?install$|^(?:dist-)?upgrade$/.test(verb) && call.args.some(({ text }) => UNSIGNED.test(text)))
    seen.push(harm('SUPPLY_CONFIG', 'HIGH', SUPPLY));
  if (verb === 'install' || verb === 'localinstall' || verb === 'add')
    for (const path of options.operands.slice(1))
      if (/^[./~].*\.(?:deb|rpm|apk|pkg|snap)$/.test(path.text)) seen.push({ see: 'path', path, access: 'execute' });
  if (/^(remove|purge|autoremove|erase|uninstall|delete|del|-R.*|autopurge)$/.test(verb))
    seen.push(
      harm(
        'PACKAGE_REMOVE',
        names.some((name) => HEART.test(name)) ||
          (verb === 'purge' && names.length > 0 && call.args.some((arg) => /^(-y|--yes|--allow-remove-essential|--force-yes)$/.test(arg.text)))
          ? 'HIGH'
          : 'MEDIUM',
        { category: 'supply-chain', operation: 'delete' },
      ),
    );
  return seen;
};

const dpkg: ProgramReader = (call) => {
  const options = readOptions(call.args);
  if (options.has('i', 'install', 'U', 'upgrade'))
    return options.operands.flatMap((path): Seen[] =>
      /^(?:http|ftp):/.test(path.text) ? [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' })] : [{ see: 'path', path, access: 'execute' }],
    );
  if (!options.has('r', 'remove', 'P', 'purge')) return [];
  const heart = options.operands.some((arg) => HEART.test(arg.text)) || call.args.some((arg) => arg.text.startsWith('--force-'));
  return [harm('PACKAGE_REMOVE', heart ? 'HIGH' : 'MEDIUM', { category: 'supply-chain', operation: 'delete' })];
};

const pacman: ProgramReader = (call) => {
  const flags = call.args
    .filter((arg) => /^-R/.test(arg.text))
    .map((arg) => arg.text)
    .join('');
  if (flags === '') return [];
  return [harm('PACKAGE_REMOVE', flags.includes('dd') || flags.includes('c') ? 'HIGH' : 'MEDIUM', { category: 'supply-chain', operation: 'delete' })];
};

const pip: ProgramReader = (call) => {
  if (isHelp(call.args) || isDryRun(call.args)) return [];
  const words = bareWords(call.args);
  if (words[0] === 'uninstall') return [harm('PACKAGE_REMOVE', call.complete ? 'MEDIUM' : 'HIGH', { category: 'supply-chain', operation: 'delete' })];
  const index = call.args.find((arg) => /^--(index-url|extra-index-url)(=|$)|^-i$/.test(arg.text));
  const plain = call.args.some((arg) => /^(git\+)?http:\/\//.test(arg.text.replace(/^--[a-z-]+=/, '')));
  const fetched = call.args.some(
    (arg) =>
      (arg.text.startsWith('git+') && isForeignPackage(arg.text)) ||
      /^(?:git\+)?http:\/\/|^https:\/\/(?!(?:files\.pythonhosted|github|gitlab|download\.pytorch)\.)\S+\.(?:whl|tar\.gz|zip)$/.test(arg.text),
  );
  if (words[0] === 'install' && index === undefined && fetched) return [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' })];
  if (words[0] === 'install' && index !== undefined && plain) return [harm('SUPPLY_CONFIG', 'HIGH', SUPPLY)];
  return [];
};

export const PACKAGES: ProgramTable = {
  npm: publishing(['publish', 'unpublish', 'deprecate'], npm),
  pnpm: publishing(['publish', 'unpublish', 'deprecate'], npm),
  yarn: publishing(['publish', 'unpublish'], npm),
  bun: evaluating(publishing(['publish'], npm), '-e', '--eval', '-p', '--print'),
  npx: runner,
  bunx: runner,
  pnpx: runner,
  uvx: runner,
  lerna: publishing(['publish']),
  nx: publishing(['release']),
  changeset: publishing(['publish']),
  'semantic-release': (call) =>
    isHelp(call.args) || isDryRun(call.args) || call.args.some(({ text }) => text === '-d') ? [] : [harm('SUPPLY_PUBLISH', 'HIGH', SUPPLY)],
  jsr: publishing(['publish']),
  deno: evaluating(
    publishing(['publish'], (call) =>
      call.args.some(({ text }) => /^https?:/.test(text)) && /^(?:run|eval|install|x)$/.test(call.args[0]?.text ?? '')
        ? [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' })]
        : [],
    ),
    'eval',
  ),
  vsce: publishing(['publish', 'unpublish']),
  ovsx: publishing(['publish']),
  clasp: publishing(['push']),
  cargo: publishing(['publish', 'yank', 'owner'], foreignFrom('git', 'index', 'registry')),
  gem: publishing(['push', 'yank', 'owner'], foreignFrom('s', 'source', 'clear-sources')),
  twine: publishing(['upload']),
  flit: publishing(['publish']),
  hatch: publishing(['publish']),
  pdm: publishing(['publish']),
  poetry: publishing(['publish']),
  uv: publishing(['publish'], (call) => (bareWords(call.args)[0] === 'pip' ? pip({ ...call, args: call.args.slice(1) }) : [])),
  mvn: publishing(['deploy', 'release:perform', 'release:prepare', 'deploy:deploy-file']),
  mvnw: publishing(['deploy', 'release:perform', 'release:prepare']),
  gradle: publishing(['publish', 'publishPlugins', 'uploadArchives', 'publishToMavenCentral']),
  gradlew: publishing(['publish', 'publishPlugins', 'uploadArchives', 'publishToMavenCentral']),
  sbt: publishing(['publish', 'publishSigned', 'sonatypeRelease']),
  mix: publishing(['hex.publish', 'ecto.drop', 'ecto.reset']),
  dotnet: publishing(['push', 'drop']),
  nuget: publishing(['push', 'delete']),
  pod: publishing(['trunk', 'push']),
  dart: publishing(['publish']),
  flutter: publishing([]),
  goreleaser: publishing(['release']),
  luarocks: publishing(['upload']),
  snapcraft: publishing(['upload', 'release', 'push', 'close']),
  crane: publishing(['push', 'delete']),
  skopeo: publishing(['delete', 'copy']),
  oras: publishing(['push', 'delete']),
  cosign: publishing([]),
  composer: publishing([]),
  packer: publishing([]),
  apt,
  'apt-get': apt,
  aptitude: apt,
  dnf: apt,
  yum: apt,
  zypper: apt,
  brew: (call) => {
    const [verb, , from = ''] = bareWords(call.args);
    return [...(verb === 'tap' && isForeignPackage(from) ? [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' })] : []), ...apt(call)];
  },
  apk: apt,
  nala: apt,
  pkg: apt,
  snap: apt,
  flatpak: apt,
  choco: apt,
  winget: apt,
  scoop: apt,
  port: apt,
  emerge: apt,
  xbps: apt,
  dpkg,
  rpm: dpkg,
  pacman,
  yay: pacman,
  paru: pacman,
  pip,
  pip3: pip,
  pipx: () => [],
};
