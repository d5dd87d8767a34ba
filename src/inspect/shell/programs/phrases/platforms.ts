import { phrases } from './phrase.ts';

const LOST = { operation: 'delete', category: 'network' } as const;
const ADMIN = { operation: 'admin' } as const;

/** Virtual machines, phones, publishing systems, schedulers of work and of data: what their own tools take away (their manuals). */
const GONE = `
govc: ~ *.destroy | ~ datastore.rm | ~ vm.unregister | ~ snapshot.remove | ~ *.remove | ~ library.rm | ~ vm.power -off/-reset
xe: *-destroy | *-uninstall | *-forget | vm-shutdown | pool-eject | pool-emergency* | host-shutdown | host-reboot | vm-reset-powerstate
vim-cmd: vmsvc/destroy | vmsvc/unregister | vmsvc/power.off | vmsvc/power.reset | vmsvc/snapshot.remove*
vmkfstools: -U/--deletevirtualdisk | -C/--createfs
vmrun: ~ deleteVM | ~ deleteSnapshot | ~ stop * hard | ~ revertToSnapshot
prlctl: delete | destroy | unregister | snapshot-delete | snapshot-switch
utmctl: delete
orb orbctl: delete | reset
pvesm: free | remove
pvecm: delnode
ha-manager: remove
qmrestore: --force
machinectl: remove | terminate | poweroff | kill | clean --all
microk8s: reset | leave
k0s: reset
rke: remove
rke2-killall.sh k3s-killall.sh: 
kubectl oc k: ~ patch *persistentVolumeReclaimPolicy*Delete* -p/--patch
wp: db reset | db drop | db clean | site empty | site delete | site archive | post delete --force | user delete | term delete | ~ delete --all | search-replace --all-tables | db import
drush: sql-drop | sql:drop | sql-create | sql:create | site-install | site:install | si | entity:delete | user:cancel | watchdog:delete all | sql-sync | sql:sync
magento: setup:uninstall | ~ *delete*
craft: db/drop* | ~ *delete*
occ: user:delete | group:delete | files_external:delete | trashbin:cleanup | versions:cleanup | maintenance:repair
airflow: db reset | db clean | dags delete | pools delete | connections delete | variables delete
prefect: ~ delete
dagster: run wipe | asset wipe | run delete | schedule wipe | sensor wipe
mlflow: gc | experiments delete | runs delete | ~ delete
dvc: gc -w/--workspace | gc -a/--all-branches | gc -c/--cloud
superset: db downgrade
huggingface-cli hf: repo delete | ~ repo-files delete | ~ repo delete
fastboot: ~ erase | ~ format | ~ flash * | ~ flashall | ~ update | ~ oem unlock | ~ oem lock | ~ flashing * | -w
heimdall: flash
idevicerestore: 
idevicebackup2: ~ restore | ~ erase
cfgutil: ~ erase | ~ restore
adb: ~ sideload | ~ shell recovery --wipe_data | ~ shell wipe * | ~ shell pm uninstall -k --user | ~ shell cmd package uninstall | ~ shell twrp wipe * | ~ disable-verity | ~ shell reboot bootloader
xcrun: simctl erase all | simctl delete all
scancel: -u/--user | -A/--account | -p/--partition | -t/--state | --me
scontrol: ~ delete * | ~ shutdown | ~ update State=DOWN | ~ update State=DRAIN | ~ requeue
sacctmgr: ~ delete * | ~ remove * | ~ archive
qdel: all | -u
condor_rm: -all/-a | -constraint
bkill: 0 | -u
salt salt-call salt-ssh: ~ pkg.remove | ~ pkg.purge | ~ file.remove | ~ service.stop | ~ service.disable | ~ user.delete | ~ disk.* | ~ partition.*
defaults: delete -g/-globalDomain | delete NSGlobalDomain | delete com.apple.*
networksetup: -removenetworkservice | -removeallpreferredwirelessnetworks
profiles: remove | -D | -R
sysadminctl: -deleteUser
dseditgroup: -o -d
osascript: ~ *empty*trash*
aws-nuke gcp-nuke azure-nuke: --no-dry-run
cloud-nuke: aws | gcp | defaults-aws
skaffold: delete
tilt: down
devspace: purge
garden: cleanup * | delete *
okteto: destroy | down -v/--volumes
werf: dismiss
argo: ~ delete | ~ terminate | ~ archive delete
tkn: ~ delete
certbot: delete | revoke
acme.sh: --remove | --revoke
gopass pass: rm | delete
bzr: uncommit --force
oc: adm prune * --confirm
rpm: ~ bash -e/--erase | ~ glibc -e/--erase | ~ systemd -e/--erase | ~ openssl* -e/--erase | ~ rpm -e/--erase | ~ kernel* -e/--erase | ~ coreutils -e/--erase
exo: ~ rb
mattermost mmctl: ~ delete --confirm | ~ user deleteall
n98-magerun2 n98-magerun: db:drop
airflow: tasks clear -y/--yes
sgdisk: -g
pvcreate: -ff | -f/--force
snap: remove --purge
cinder nova glance neutron manila designate heat: ~ *-delete | ~ delete | ~ *-reset-state
swift: delete
openstack: ~ purge
rados: ~ cleanup
cephadm: rm-cluster | rm-daemon
radosgw-admin: ~ rm | ~ *rm
gluster: ~ volume stop * | ~ volume reset *
drbdadm: ~ wipe-md | ~ invalidate | ~ create-md --force | ~ down
zdb: 
iscsiadm: ~ delete -o/--op | -u/--logout
targetcli: ~ delete | clearconfig
megacli MegaCli64 storcli perccli ssacli hpssacli arcconf: ~ delete | ~ *del* | ~ *Del* | ~ clear | ~ init
racadm: racreset* | racresetcfg | ~ serveraction * | systemerase *
ipmitool: ~ power off | ~ power cycle | ~ power reset | ~ chassis power off | ~ chassis power cycle | ~ sel clear | ~ mc reset * | ~ user disable
redfishtool: ~ reset *
`;

/** Machines that stop. */
const STOPPED = `
puppet: resource service * ensure=stopped
salt salt-call salt-ssh: ~ system.reboot | ~ system.shutdown | ~ system.poweroff | ~ system.halt
circusctl: quit | stop
caddy nginx: stop
pg_autoctl: stop | drop
pg_ctl: ~ stop
rtcwake: ~ off -m/--mode
systemctl: suspend | hibernate | hybrid-sleep
pmset: sleepnow
kill-port: 22 | 5432 | 3306
`;

/** Doors left open on this machine. */
const OPEN = `
firewall-cmd: --remove-service=ssh | --remove-port=22/tcp
sshd: ~ PermitRootLogin=yes | ~ PermitEmptyPasswords=yes | ~ PasswordAuthentication=yes
x11vnc: -nopw
vncserver Xvnc x0vncserver: ~ None -SecurityTypes
`;

/** What is only ever used to pose as, listen to or get into other people's machines. */
const POSES = `
responder Responder.py: -I/--interface
arpspoof dnsspoof macof: 
ettercap: -M/--mitm
bettercap: -eval/--eval | -caplet/--caplet
mitm6: 
evil-winrm: -i/--ip
crackmapexec nxc netexec: ~ * -x/-X
impacket-psexec impacket-wmiexec impacket-smbexec impacket-atexec impacket-dcomexec impacket-secretsdump psexec.py wmiexec.py smbexec.py atexec.py dcomexec.py ntlmrelayx.py impacket-ntlmrelayx: 
msfvenom: -p/--payload
msfconsole: -x/--execute-command | -r/--resource
mimikatz mimikatz.exe Rubeus.exe SharpHound.exe: 
linpeas.sh linpeas winPEAS.exe winpeas.exe pspy pspy64: 
`;

/** Rights and control lists that keep others out, taken away from a whole tree. */
const BARE = `
setfacl: -b -R | --remove-all -R
`;

const into = phrases(GONE, { code: 'SERVICE_DESTROY', risk: 'HIGH', more: LOST });
phrases(STOPPED, { code: 'SHELL_SERVICE_STOP', risk: 'HIGH', more: ADMIN }, into);
phrases(OPEN, { code: 'SHELL_TUNNEL', risk: 'HIGH', more: { operation: 'admin', category: 'network' } }, into);
phrases(POSES, { code: 'SHELL_INTRUSION', risk: 'HIGH', more: { category: 'network' } }, into);
phrases(BARE, { code: 'SHELL_PERMISSIONS', risk: 'HIGH', more: { operation: 'admin', category: 'file' } }, into);
phrases('getent: shadow | gshadow', { code: 'SHELL_SECRET_PRINT', risk: 'HIGH', more: { operation: 'read', category: 'data' } }, into);

/** What the tools of platforms take away, stop or open. */
export const PLATFORMS = into;
