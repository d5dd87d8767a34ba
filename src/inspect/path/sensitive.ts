import { decodePath } from './decode.ts';
import { resolvePath } from './resolve.ts';

/**
 * `secret`: holds credentials. `kernel`: memory and devices. `probe`: what attackers read first to see whether they can read anything;
 * harmless by itself, telling at the end of a traversal.
 */
export type Sensitivity = 'secret' | 'kernel' | 'probe' | 'none';

/** Names of files that hold credentials, wherever they lie. */
export const SECRET_NAMES: ReadonlySet<string> = new Set([
  'id_rsa',
  'id_dsa',
  'id_ecdsa',
  'id_ed25519',
  'id_ecdsa_sk',
  'id_ed25519_sk',
  'identity',
  '.env',
  '.netrc',
  '_netrc',
  '.pgpass',
  '.my.cnf',
  '.mylogin.cnf',
  '.git-credentials',
  '.htpasswd',
  '.npmrc',
  '.pypirc',
  '.vault-token',
  '.s3cfg',
  '.boto',
  '.dockercfg',
  'credentials.json',
  'application_default_credentials.json',
  'access_tokens.db',
  'accesstokens.json',
  'azureprofile.json',
  'kubeconfig',
  'logins.json',
  'key4.db',
  'key3.db',
  'login data',
  'cookies.sqlite',
  'wallet.dat',
  'shadow',
  'gshadow',
  'master.passwd',
  'sudoers',
  'krb5.keytab',
  'ntds.dit',
  'secring.gpg',
  'terraform.tfstate',
  '.terraformrc',
  'credentials.tfrc.json',
  'local_state',
  'id_rsa.old',
  '.secrets',
  'secrets.yml',
  'secrets.yaml',
  'secrets.json',
  'master.key',
  'unattend.xml',
  'sysprep.inf',
  'confcons.xml',
  'keychain-db',
  'login.keychain-db',
  'login.keychain',
  '.bash_history',
  '.zsh_history',
  '.mysql_history',
  '.psql_history',
  '.python_history',
  '.sh_history',
]);

const SECRET_PLACES = [
  '.aws/credentials',
  '.config/gcloud/',
  '.azure/',
  '.kube/config',
  '.docker/config.json',
  '.gnupg/',
  '.config/gh/hosts.yml',
  '.config/hub',
  '.ssh/',
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.config/rclone/rclone.conf',
  '.config/doctl/config.yaml',
  '.oci/config',
  '.password-store/',
  '.local/share/keyrings/',
  'library/keychains/',
  '.electrum/wallets/',
  '.mozilla/firefox/',
  '.config/google-chrome/',
  '.config/chromium/',
  'bravesoftware/',
  'google/chrome/user data/',
  'appdata/roaming/mozilla/',
  '.gem/credentials',
  '.m2/settings.xml',
  '.config/op/',
  'var/run/secrets/',
  'run/secrets/',
  'etc/kubernetes/pki',
  'etc/kubernetes/admin.conf',
  'etc/ssl/private/',
  'etc/ssh/ssh_host_',
  'etc/sudoers.d/',
  'etc/letsencrypt/live/',
  'etc/letsencrypt/archive/',
  '.config/composer/auth.json',
  '.composer/auth.json',
  'windows/system32/config/',
  'windows/repair/sam',
  'windows/repair/system',
  'winnt/repair/',
  'var/lib/kubelet/',
  'etc/rancher/k3s/k3s.yaml',
  '.minikube/',
  '.bitcoin/',
  '.ethereum/keystore',
  '.config/solana/id.json',
  '.near-credentials/',
];

/** Folders that hold credentials directly: those above, and the ones the files above lie in. Some of the system's hold mostly other things. */
const CREDENTIAL_FOLDERS: readonly string[] = SECRET_PLACES.flatMap((place) => {
  if (place.endsWith('/')) return [place.slice(0, -1)];
  const folder = place.slice(0, place.lastIndexOf('/'));
  return place.startsWith('etc/ssh/') || folder === '.config' ? [] : [folder];
});

const PUBLIC_NAMES =
  /((\.pub|\/known_hosts)(\.(bak|old|orig|\d+))?|\/authorized_keys\.example|\.example|\.sample|\.template|\.dist|\.md|\/ssh_config|\/\.ssh\/config|\/\.ssh)$/;

const KERNEL =
  /^\/(dev\/(mem|kmem|port)|proc\/(kcore|kallsyms|sys\/kernel\/core_pattern|sysrq-trigger)|proc\/[^/]+\/(environ|mem|maps|auxv|fd\/\d+)|boot\/|sys\/firmware\/)/;

const PROBE =
  /^\/?(etc\/|proc\/|usr\/(local\/)?(etc|apache|php|pgsql|nginx|lib\/php)|var\/(log|www|mail|spool|run|lib|apache|adm|cpanel|webmin)|opt\/(lampp|xampp|apache|httpd|tomcat)|root\/|boot\.ini|autoexec\.bat|private\/etc\/|volumes\/|library\/webserver|php\d?\/|apache2?\/|logs?\/|winnt\/|windows\/|xampp\/|inetpub\/|web-inf\/|meta-inf\/|programdata\/|c:\/(windows|winnt|boot\.ini|inetpub|xampp|php|apache|autoexec|config\.sys|sysprep|program files|unattend|mysql|nginx|wamp))/i;

const PROBE_NAMES = new Set([
  'boot.ini',
  'win.ini',
  'system.ini',
  'web.config',
  'web.xml',
  'php.ini',
  'httpd.conf',
  'my.cnf',
  'my.ini',
  'passwd',
  'hosts',
  'wp-config.php',
  'config.php',
  'configuration.php',
  'settings.py',
  'database.yml',
  '.htaccess',
  'access.log',
  'error.log',
  'access_log',
  'error_log',
  'global.asa',
  'desktop.ini',
  'config.inc.php',
  'localsettings.php',
  'environ',
  'cmdline',
  'group',
  'issue',
  'motd',
  'version',
  'sam',
  'security',
  'cmd.exe',
]);

/** How sensitive a resolved path is. `path` is `/`-separated; case does not matter, as on macOS and Windows. */
export function sensitivityOf(path: string): Sensitivity {
  const lower = path.toLowerCase();
  const name = lower.slice(lower.lastIndexOf('/') + 1);
  if (KERNEL.test(lower)) return 'kernel';
  if (isSecretName(name, lower) || SECRET_PLACES.some((place) => within(lower, place))) return PUBLIC_NAMES.test(lower) ? 'none' : 'secret';
  if (PROBE_NAMES.has(name) || PROBE.test(climbless(lower))) return 'probe';
  return 'none';
}

function isSecretName(name: string, path: string): boolean {
  if (name.startsWith('.env.')) return !/\.(example|sample|template|dist|defaults|schema|test)(\.|$)/.test(name);
  if (name === 'credentials.json' || name === 'sudoers' || name === 'shadow')
    return name !== 'shadow' || path.startsWith('/') || path.includes('etc/') || path.startsWith('..');
  if (name === 'identity') return path.includes('.ssh/');
  return SECRET_NAMES.has(name) || /^[^.]*\.(kdbx?|ppk)$/.test(name);
}

/** The place must start at a path component: `x.ssh/` is not `.ssh/`. */
function within(path: string, place: string): boolean {
  for (let at = path.indexOf(place); at >= 0; at = path.indexOf(place, at + 1)) if (at === 0 || path.charAt(at - 1) === '/') return true;
  return false;
}

const climbless = (path: string): string => path.replace(/^(\.\.\/)+/, '');

/** Whether the files right in this resolved folder are credentials, or it lies in one of which that is true. */
export function holdsCredentials(folder: string): boolean {
  const lower = folder.toLowerCase().replace(/\/(\*{1,2})?$/, '');
  return sensitivityOf(lower) === 'secret' || CREDENTIAL_FOLDERS.some((one) => lower === one || lower.endsWith(`/${one}`));
}

/** true for a file that holds credentials, however its path is written. */
export function isSecretFile(text: string): boolean {
  if (text.length > 4096) return false;
  const { path } = resolvePath(decodePath(text).text);
  // A whole directory of keys is taken by naming it.
  return sensitivityOf(path) === 'secret' || /(^|\/)\.(ssh|aws|gnupg|kube|azure|password-store)$/i.test(path);
}
