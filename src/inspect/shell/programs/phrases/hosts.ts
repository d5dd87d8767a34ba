import { phrases } from './phrase.ts';

const ADMIN = { operation: 'admin' } as const;
const NET = { operation: 'send', category: 'network' } as const;

/** Calls that make something run later. */
const LATER = `
systemd-run: --on-calendar | --on-active | --on-boot | --on-startup | --on-unit-active | --timer-property
launchctl: load | bootstrap | submit | enable | asuser
loginctl: enable-linger
systemctl: link | add-wants
update-rc.d: ~ defaults | ~ enable
chkconfig: ~ on | --add
rc-update: add
sysv-rc-conf: ~ on
pm2: startup
osascript: ~ *login*item*
defaults: ~ write com.apple.loginwindow LoginHook | ~ write com.apple.loginwindow LogoutHook | ~ write loginwindow *
schtasks: /create | /Create | /change | /Change
sc sc.exe: create | config
nssm: install
fcrontab: 
npm pnpm yarn: pkg set scripts.* | set-script * | config set script-shell | config set ignore-scripts | config set init-module | config set node-options
pip pip3: config set * | config edit
go: env -w
gem: sources -a/--add
cargo: config set
conda mamba: config --add channels | config --set
composer: config repositories* | config scripts*
poetry: source add | config repositories*
dotnet nuget: nuget add source | sources add
helm: plugin install
kubectl: krew install
gh: extension install | alias set --shell/-s
git: config --add include.path | config core.hookspath | config --global core.hookspath | config --global init.templatedir
code code-insiders codium cursor windsurf: --install-extension
jupyter: labextension install
reg: ~ add *Run* | ~ add *Winlogon*
`;

const TUNNELS = `
ngrok: http | tcp | tls | start | tunnel
cloudflared: tunnel | access tcp | proxy-dns
lt localtunnel: 
ssh autossh: -R | -D | -w
tailscale: funnel | serve | up --advertise-routes/--advertise-exit-node | set --advertise-exit-node
bore: local
frpc frps: 
chisel: client | server
ligolo ligolo-agent: 
rathole: 
gost: 
pagekite pagekite.py: 
zrok: share | reserve
inlets: client | http | tcp
telebit: http
localxpose loclx: tunnel
serveo: 
playit: 
devtunnel: host | create
code: tunnel
sshuttle: 
plink: -R/-D
iodine iodined dnscat dnscat2 ptunnel: 
pwncat pwncat-cs: 
gsocket gs-netcat: 
tmate: 
upterm: host
ttyd gotty wetty: 
teleconsole: 
`;

const DEFENCES = `
launchctl: ~ unload *com.crowdstrike* | ~ unload *falcon* | unload | bootout | disable | remove | kill
tmutil: disable | disablelocal
defaults: ~ write com.apple.LaunchServices* | ~ write *LSQuarantine* | ~ write com.apple.screensaver* | ~ write *SoftwareUpdate* | ~ write *alf*
xattr: -d/-c/-r com.apple.quarantine | -c/-rc | -dr com.apple.quarantine
fdesetup: disable
socketfilterfw: --setglobalstate
setenforce: 0 | Permissive | permissive
semanage: permissive
setsebool: ~ secure_mode* | ~ *_exec* | ~ deny_* | ~ allow_exec* | ~ selinuxuser_* | ~ *_unconfined* | ~ *anon_write* | ~ domain_*
aa-complain aa-disable aa-teardown aa-remove-unknown: 
apparmor_parser: -R/--remove
auditctl: -D
falconctl: unload | uninstall | -d
mdatp: config * | threat *
sophosctl: *
fail2ban-client: stop | unban | ~ set * unbanip
ufw: allow from any | default allow* | disable | reset | delete
firewall-cmd: --add-source | --add-rich-rule | --panic-off | --remove-rich-rule | --set-default-zone=trusted | trusted --set-default-zone
nft: delete | flush
pfctl: -d | -F
ip: link set * down | link delete | link del | ~ route del default | ~ route delete default | ~ route flush | ~ addr flush
ifconfig: ~ * down
ifdown: 
route: del default | delete default | flush
nmcli: networking off | radio all off | ~ connection delete | ~ con delete | ~ con down | ~ device disconnect
networksetup: -setnetworkserviceenabled | -setairportpower | -setwebproxy* | -setdnsservers | -setautoproxyurl
resolvectl: dns | revert
rfkill: block
mokutil: --disable-validation
grub-install: 
bcdedit: /set | /delete
dmsetup: remove_all
kextload kextunload: 
nvram: -c/-d
spctl: --master-disable | --global-disable | --add
csrutil: disable
chage: -E/-M
prelink: -u
timedatectl: set-time | set-ntp false
date: -s/--set
logrotate: -f/--force
`;

const LOGS = `
log: erase
wevtutil: cl | clear-log
journalctl: --vacuum-time | --vacuum-size | --vacuum-files
dmesg: -c/-C | --clear | --read-clear
auditctl: -e 0
lastlog: -C/--clear
utmpdump: -r
faillog: -r/--reset
atrm: 
fsutil: usn deletejournal
aws: ~ logs delete-* | ~ cloudtrail stop-logging | ~ cloudtrail delete-trail | ~ cloudtrail put-event-selectors | ~ guardduty delete-* | ~ configservice stop-* | ~ guardduty update-detector
gcloud: ~ logging logs delete | ~ logging sinks delete
az: ~ monitor diagnostic-settings delete | ~ monitor log-profiles delete | ~ security pricing create
`;

const STOPPED = `
pg_ctl: stop | promote
pg_ctlcluster: ~ stop
initctl: stop
sv: stop | down | exit
s6-rc: -d
supervisorctl: stop all | shutdown
pm2: kill | delete all
monit: stop all | unmonitor all
crm: resource stop
pcs: cluster destroy | resource disable
rabbitmqctl: stop
brew: services stop --all
net: stop
sc: stop | delete
Stop-Service: 
`;

const SENT = `
croc: send
wormhole: send
magic-wormhole: send
transfer transfer.sh: 
ffsend: upload
ipfs: add
pastebinit: 
termbin: 
0x0: 
sendfile: 
onionshare onionshare-cli: 
warp: send
toss: 
portal: send
rclone: serve
`;

const into = phrases(LATER, { code: 'SHELL_PERSISTENCE', risk: 'HIGH', more: { operation: 'write' } });
phrases(TUNNELS, { code: 'SHELL_TUNNEL', risk: 'HIGH', more: NET }, into);
phrases(DEFENCES, { code: 'SHELL_DEFENCE_DISABLE', risk: 'HIGH', more: ADMIN }, into);
phrases(LOGS, { code: 'SHELL_LOG_CLEAR', risk: 'HIGH', more: { operation: 'delete' } }, into);
phrases(STOPPED, { code: 'SHELL_SERVICE_STOP', risk: 'HIGH', more: ADMIN }, into);
phrases(SENT, { code: 'SHELL_UPLOAD', risk: 'HIGH', more: { detector: 'exfiltration', category: 'network', operation: 'send' } }, into);

/** Calls that stay, open a way in, put out a watch, clear a record, stop a service or send files away. */
export const HOSTS = into;
