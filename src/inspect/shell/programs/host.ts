import type { Arg, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm } from '../call.ts';
import { isDryRun, isHelp, readOptions } from '../options.ts';
import { bareWords } from './service-verbs.ts';

/** Services whose loss takes down logins, the network, the watch over the machine, or what it serves. */
const VITAL =
  /^(ssh|sshd|network|networking|networkmanager|systemd-|firewalld|ufw|iptables|nftables|auditd|apparmor|selinux|fail2ban|rsyslog|syslog|cron|crond|docker|containerd|kubelet|dbus|postgres|postgresql|mysql|mysqld|mariadb|mongo|mongod|redis|nginx|apache2|httpd|haproxy|traefik|caddy|envoy|elasticsearch|kafka|rabbitmq|etcd|consul|vault|falcon-sensor|crowdstrike|clamav|ossec|wazuh|osquery|falco|aegis|multi-user|graphical|prometheus|grafana|memcached|named|bind9|dnsmasq|keepalived|libvirtd)/i;
const DEFENCES =
  /^(auditd|apparmor|selinux|fail2ban|ufw|firewalld|iptables|nftables|clamav|falcon-sensor|crowdstrike|ossec|wazuh|osquery|falco|aegis)/i;

/** Services that distributions and well-known projects bring. */
const PACKAGED =
  /^(?:snapd|chronyd?|ntpd?|ntpsec|smbd|nmbd|samba|cups|bluetooth|avahi-daemon|nfs-(?:server|kernel-server)|rpcbind|tuned|irqbalance|postfix|dovecot|exim4|php[\d.]*-fpm|fpm|tomcat\d*|jenkins|gitlab-runsvdir|gitlab-runner|zabbix-(?:agent2?|server|proxy)|telegraf|influxdb|node_exporter|alertmanager|loki|promtail|alloy|minio|nats|zookeeper|cassandra|neo4j|couchdb|opensearch|kibana|logstash|filebeat|metricbeat|cockpit(?:\.socket)?|podman(?:\.socket)?|crio|cri-o|k3s|k0s|microk8s|kube-\w+|nomad|squid|unbound|bind|isc-dhcp-server|dhcpd|qemu-guest-agent|vboxservice|open-vm-tools|vmtoolsd|fstrim\.timer|acpid|lightdm|gdm3?|sddm|nvidia-persistenced|supervisor|supervisord|monit|xinetd|vsftpd|proftpd|openvpn(?:@\w+)?|wg-quick@\w+|strongswan|tailscaled|cloud-init|amazon-ssm-agent|google-fluentd|sysstat|logrotate\.timer|rsyncd?)(?:\.service|\.socket|\.timer)?$/i;

const systemctl: ProgramReader = (call) => {
  if (isHelp(call.args) || call.args.some(({ text }, at) => text === '--when=cancel' || (text === 'cancel' && call.args[at - 1]?.text === '--when')))
    return [];
  const words = bareWords(call.args);
  const verb = words[0] ?? '';
  if (/^(poweroff|reboot|halt|kexec|emergency|rescue|isolate)$/.test(verb)) return [harm('SHELL_HOST_STOP', 'HIGH', { operation: 'admin' })];
  // What a package brings is started with the machine by whoever installs it; a unit nobody knows is somebody's own.
  if (verb === 'enable' && words.slice(1).some((unit) => !VITAL.test(unit) && !PACKAGED.test(unit)))
    return [harm('SHELL_PERSISTENCE', 'HIGH', { operation: 'write' })];
  if (!/^(stop|disable|mask|kill|revert)$/.test(verb)) return [];
  const vital = words.slice(1).some((unit) => VITAL.test(unit));
  return [
    harm(words.slice(1).some((unit) => DEFENCES.test(unit)) ? 'SHELL_DEFENCE_DISABLE' : 'SHELL_SERVICE_STOP', vital ? 'HIGH' : 'MEDIUM', {
      operation: 'admin',
    }),
  ];
};

const service: ProgramReader = (call) => {
  const [unit = '', verb = ''] = bareWords(call.args);
  // What is named by a path is started from there, whatever it is.
  if (unit.includes('../')) return [{ see: 'argv', argv: [{ text: unit, glob: false }, ...call.args.slice(1)] }, harm('SHELL_HATCH', 'HIGH')];
  return verb === 'stop' ? [harm('SHELL_SERVICE_STOP', VITAL.test(unit) ? 'HIGH' : 'MEDIUM', { operation: 'admin' })] : [];
};

const kill: ProgramReader = (call) => {
  const words = call.args.map((arg) => arg.text);
  if (words.some((word, index) => word === '-1' && (index > 0 || words.length === 1) && words.length > 1))
    return [harm('SHELL_KILL_ALL', 'CRITICAL', { operation: 'admin' })];
  if (words.at(-1) === '1' && !words.includes('-l')) return [harm('SHELL_KILL_ALL', 'HIGH', { operation: 'admin' })];
  return words.some((word) => word === '0') && words.includes('-9') ? [harm('SHELL_KILL', 'MEDIUM', { operation: 'admin' })] : [];
};

const MILD = /^-(?:SIG)?(?:HUP|USR[12]|WINCH|CONT|0|1|10|12)$/;

const killall: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'sugGPtU', long: ['signal', 'user'] });
  if (options.has('u', 'U', 'user', 'uid') && options.operands.every((name) => name.text === '.' || name.text === '.*'))
    return [harm('SHELL_KILL_ALL', 'HIGH', { operation: 'admin' })];
  // A signal that only asks a service to read its settings again ends nothing.
  if (
    call.args.some(({ text }, at) =>
      MILD.test(/^(?:-s|--signal)$/.test(call.args[at - 1]?.text ?? '') ? `-${text}` : text.replace(/^--signal=/, '-')),
    )
  )
    return [];
  const names = options.operands.map((arg) => arg.text);
  if (names.some((name) => name === '.' || name === '.*' || name === '')) return [harm('SHELL_KILL_ALL', 'CRITICAL', { operation: 'admin' })];
  return names.some((name) => VITAL.test(name)) ? [harm('SHELL_KILL', 'HIGH', { operation: 'admin' })] : [];
};

const hostStop: ProgramReader = (call) => {
  if (isHelp(call.args) || call.args.some((arg) => /^(-c|-k|--show|--wtmp-only|-w|--cancel)$/.test(arg.text))) return [];
  return [harm('SHELL_HOST_STOP', 'HIGH', { operation: 'admin' })];
};

const initLevel: ProgramReader = (call) => (/^[06]$/.test(call.args[0]?.text ?? '') ? [harm('SHELL_HOST_STOP', 'HIGH', { operation: 'admin' })] : []);

const iptables: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'tpsdijmo', long: ['table', 'policy', 'jump'] });
  const words = call.args.map((arg) => arg.text);
  const policy = words.findIndex((word) => word === '-P' || word === '--policy');
  if (policy >= 0 && words[policy + 2] !== undefined) return [harm('SHELL_FIREWALL_OPEN', 'HIGH', { operation: 'admin', category: 'network' })];
  const chain = words.find((_, at) => /^-[AI]$|^--(append|insert)$/.test(words[at - 1] ?? '')) ?? '';
  const drops =
    /^(DROP|REJECT)$/.test(options.value('j', 'jump')?.text ?? '') &&
    !options.has('p', 's', 'd', 'i', 'o', 'm', 'dport', 'sport', 'protocol', 'source', 'destination');
  if (drops && /^(INPUT|OUTPUT|FORWARD)$/.test(chain)) return [harm('SHELL_FIREWALL_OPEN', 'HIGH', { operation: 'admin', category: 'network' })];
  if (options.has('F', 'flush', 'X', 'delete-chain')) return [harm('SHELL_FIREWALL_OPEN', 'HIGH', { operation: 'admin', category: 'network' })];
  return [];
};

const firewallOff: ProgramReader = (call) => {
  if (isDryRun(call.args)) return [];
  const words = call.args.map((arg) => arg.text.toLowerCase());
  const off = words.some((word) => ['disable', 'reset', 'flush', '--panic-on', 'stop', '-d', 'off'].includes(word));
  return off && (call.bin !== 'pfctl' || words.includes('-d') || words.includes('-f'))
    ? [harm('SHELL_FIREWALL_OPEN', 'HIGH', { operation: 'admin', category: 'network' })]
    : [];
};

const crontab: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'u' });
  if (options.has('r')) return [harm('SHELL_SCHEDULE_DELETE', 'HIGH', { operation: 'delete' })];
  if (options.has('l', 'e')) return [];
  return call.args.length > 0 || call.stdin.origin !== 'none' ? [harm('SHELL_PERSISTENCE', 'HIGH', { operation: 'write' })] : [];
};

const at: ProgramReader = (call) =>
  isHelp(call.args) || (call.stdin.origin === 'none' && !call.args.some((arg) => arg.text === '-f'))
    ? []
    : [
        ...(call.stdin.text === undefined ? [] : [{ see: 'script', text: call.stdin.text } as const]),
        harm('SHELL_PERSISTENCE', 'HIGH', { operation: 'write' }),
      ];

const accounts: ProgramReader = (call) => {
  if (isHelp(call.args)) return [];
  return [harm('SHELL_ACCOUNT_DELETE', 'HIGH', { operation: 'admin' })];
};

const usermod: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'GgudespcR', long: ['groups', 'uid', 'shell', 'password'] });
  const group = [...options.values('G', 'groups'), ...options.operands].map((arg) => arg.text).join(',');
  const raised = options.values('u', 'uid').some((arg) => arg.text === '0') || /(^|,)(sudo|wheel|root|admin|docker|lxd|disk|shadow)(,|$)/.test(group);
  return raised ? [harm('SHELL_PRIVILEGE', 'HIGH', { operation: 'admin' })] : [];
};

/** An account for a person; one of a service, without a shell and without groups that give power, opens nothing. */
const makesAccount: ProgramReader = (call) => {
  if (isHelp(call.args) || call.args.length === 0 || call.args.some(({ text }) => text === '-D')) return [];
  const options = readOptions(call.args, {
    short: 'bcdefgGkKpRsuZ',
    long: ['groups', 'uid', 'shell', 'password', 'home', 'gid', 'ingroup', 'comment', 'gecos', 'home-dir', 'base-dir', 'root'],
  });
  const raised = usermod(call);
  if (raised.length > 0) return raised;
  const closed = options.values('s', 'shell').some(({ text }) => /(?:nologin|false)$/.test(text));
  const service = options.has('r', 'system') || options.has('disabled-login');
  return (closed || service) && !options.has('G', 'groups', 'o', 'non-unique', 'p', 'password')
    ? []
    : [harm('SHELL_PRIVILEGE', 'HIGH', { operation: 'admin' })];
};

const passwd: ProgramReader = (call) => {
  const options = readOptions(call.args);
  if (options.has('S', 'status', 'help')) return [];
  const risky = options.has('d', 'delete', 'stdin', 'u') || options.operands.some((arg) => arg.text === 'root') || call.stdin.origin !== 'none';
  return risky ? [harm('SHELL_PRIVILEGE', 'HIGH', { operation: 'admin' })] : [];
};

const privilege: ProgramReader = (call) =>
  isHelp(call.args) || call.args.some((arg) => arg.text === '-c') ? [] : [harm('SHELL_PRIVILEGE', 'MEDIUM', { operation: 'admin' })];

const history: ProgramReader = (call) =>
  call.args.some((arg) => /^-[a-z]*c/.test(arg.text)) ? [harm('SHELL_HISTORY_CLEAR', 'HIGH', { operation: 'delete' })] : [];

export const unset: ProgramReader = (call) => [
  ...(call.args.some((arg) => /^HIST(FILE|SIZE)$/.test(arg.text)) ? [harm('SHELL_HISTORY_CLEAR', 'HIGH', { operation: 'delete' })] : []),
  ...loosened(call.args),
];

/** Taking away a variable by which Aegis is reached or an agent's model is named. */
export const loosened = (args: readonly Arg[]): Seen[] =>
  args.some(({ text }) => /^(?:AEGIS_\w+|[A-Z_]+_BASE_URL)$/.test(text))
    ? [harm('ENV_AGENT_CONFIG', 'HIGH', { detector: 'agent-config', operation: 'admin' })]
    : [];

const setcap: ProgramReader = (call) =>
  call.args.some((arg) => /cap_(setuid|setgid|sys_admin|dac|sys_ptrace|sys_module)/.test(arg.text))
    ? [harm('SHELL_SETUID', 'HIGH', { operation: 'admin' })]
    : [];

/** Settings of the kernel that keep others out, keep processes apart, or make a machine pass on what is not for it. */
const KERNEL_GUARDS =
  /^(?:kernel\.(?:randomize_va_space|core_pattern|modprobe|yama[\w.]*|dmesg_restrict|kptr_restrict|perf_event_paranoid|unprivileged_bpf_disabled|unprivileged_userns_clone|modules_disabled|kexec_load_disabled|sysrq|panic\w*|hotplug|usermodehelper[\w.]*)|fs\.(?:suid_dumpable|protected_\w+)|vm\.(?:mmap_min_addr|drop_caches)|net\.ipv[46]\.(?:ip_forward|tcp_syncookies|icmp_echo_ignore_broadcasts|conf\.[\w-]+\.(?:forwarding|rp_filter|accept_redirects|send_redirects|accept_source_route|proxy_arp|log_martians)))=./;

const sysctl: ProgramReader = (call) =>
  call.args.some((arg) => KERNEL_GUARDS.test(arg.text.replaceAll('/', '.').replace(/\s*=\s*/, '=')))
    ? [harm('SHELL_DEFENCE_DISABLE', 'HIGH', { operation: 'admin' })]
    : [];

const insmod: ProgramReader = (call) =>
  isDryRun(call.args) || call.args.length === 0
    ? []
    : [harm('SHELL_KERNEL_MODULE', call.bin === 'insmod' ? 'HIGH' : 'MEDIUM', { operation: 'admin' })];

const journalctl: ProgramReader = (call) =>
  call.args.some((arg) => arg.text.startsWith('--vacuum') || arg.text === '--rotate')
    ? [harm('SHELL_LOG_CLEAR', 'MEDIUM', { operation: 'delete' })]
    : [];

const auditctl: ProgramReader = (call) => {
  const words = call.args.map((arg) => arg.text);
  const off = words.includes('-D') || words.some((word, index) => word === '-e' && words[index + 1] === '0');
  return off ? [harm('SHELL_DEFENCE_DISABLE', 'HIGH', { operation: 'admin' })] : [];
};

const defences: ProgramReader = (call) => {
  const words = call.args.map((arg) => arg.text);
  return words.includes('disable') || words.includes('--master-disable') ? [harm('SHELL_DEFENCE_DISABLE', 'HIGH', { operation: 'admin' })] : [];
};

/** Windows: accounts, services and the registry. */
const net: ProgramReader = (call) => {
  const words = call.args.map((arg) => arg.text.toLowerCase());
  if (/^(user|localgroup|group)$/.test(words[0] ?? '') && words.some((word) => word === '/add' || word === '/delete' || word === '/active:yes'))
    return [harm('SHELL_PRIVILEGE', 'HIGH', { operation: 'admin' })];
  return words[0] === 'stop' ? [harm('SHELL_SERVICE_STOP', 'MEDIUM', { operation: 'admin' })] : [];
};

const reg: ProgramReader = (call) => {
  const words = call.args.map((arg) => arg.text.toLowerCase());
  if (words[0] === 'delete' || (words[0] === 'save' && words.some((word) => /sam|system|security/.test(word))))
    return [harm('SHELL_REGISTRY', 'HIGH', { operation: 'delete' })];
  return words[0] === 'add' && words.some((word) => /run(once)?$/.test(word)) ? [harm('SHELL_PERSISTENCE', 'HIGH', { operation: 'write' })] : [];
};

export const HOST: ProgramTable = {
  net,
  reg,
  schtasks: (call) => (call.args.some((arg) => /^\/create$/i.test(arg.text)) ? [harm('SHELL_PERSISTENCE', 'HIGH', { operation: 'write' })] : []),
  systemctl,
  service,
  'rc-service': service,
  kill,
  pkill: killall,
  killall,
  skill: killall,
  shutdown: hostStop,
  reboot: hostStop,
  poweroff: hostStop,
  halt: hostStop,
  init: initLevel,
  telinit: initLevel,
  iptables,
  ip6tables: iptables,
  nft: firewallOff,
  ufw: firewallOff,
  pfctl: firewallOff,
  'firewall-cmd': firewallOff,
  netsh: firewallOff,
  crontab,
  at,
  batch: at,
  userdel: accounts,
  deluser: accounts,
  groupdel: accounts,
  delgroup: accounts,
  usermod,
  gpasswd: usermod,
  adduser: makesAccount,
  useradd: makesAccount,
  luseradd: makesAccount,
  passwd,
  chpasswd: (call) => (isHelp(call.args) ? [] : [harm('SHELL_PRIVILEGE', 'HIGH', { operation: 'admin' })]),
  visudo: privilege,
  vipw: privilege,
  history,
  setcap,
  sysctl,
  insmod,
  modprobe: insmod,
  rmmod: insmod,
  journalctl,
  auditctl,
  csrutil: defences,
  spctl: defences,
  'aa-teardown': accounts,
  'aa-disable': accounts,
};
