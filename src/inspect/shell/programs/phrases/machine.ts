import { phrases } from './phrase.ts';

const VOLUMES = `
zpool: create | offline | detach | export -f | split
zfs: receive -F | recv -F | unmount -f | inherit -r
resize2fs: ~ /dev/* *
btrfs: filesystem resize /* | ~ device remove | ~ replace start -f | check --repair/--init-csum-tree/--init-extent-tree | rescue *
mount: ~ remount,ro / -o/--options | / --options=remount,ro
lvconvert: --merge | --repair
lvchange vgchange: -an
vgexport vgsplit: 
vgcfgrestore: -f/--file
pvmove: --abort
mdadm: ~ --grow --raid-devices | --assume-clean
xfs_growfs: -D
xfs_db: -x
dmsetup: suspend | clear
cryptsetup: luksHeaderRestore | luksSuspend
nvme: delete-ns | write-zeroes
fsfreeze: -f/--freeze
ntfsfix: -b/-d
qemu-img: resize --shrink | rebase -u | commit
storcli storcli64 perccli megacli MegaCli64: ~ delete | ~ del | ~ clear | ~ init | ~ *CfgClr* | ~ *CfgLdDel* | -CfgClr | -CfgLdDel | -LDInit
sg_sanitize sg_unmap: 
tw_cli: *
snapper: delete | rollback | undochange
multipath: -F/-f
`;

const BOOT = `
efibootmgr: -O/--delete-bootorder
bootctl: remove
kexec: -e/--exec | -l/--load
mokutil: --reset | --delete
update-initramfs: -d
sysctl: -w kernel.panic* | kernel.sysrq=* | -w kernel.sysrq=*
hwclock: --set | -w/--systohc
`;

const NETWORK = `
tc: ~ netem loss * | ~ netem corrupt * | ~ qdisc del root
ip: ~ link set dev * down | ~ neigh flush all | rule flush
ovs-vsctl: del-br | emer-reset
brctl: delbr
arp: -d -a
nmcli: general off | device disconnect | connection delete
`;

const PACKAGES = `
rpm: -e/--erase --nodeps | -e/--erase --noscripts
flatpak: uninstall --all | uninstall --unused --delete-data
brew: uninstall --ignore-dependencies
dnf yum microdnf: history rollback *
apk: del musl* | del busybox* | del apk-tools*
zypper: ~ remove glibc* | ~ rm glibc*
pacman: ~ glibc -R | ~ systemd -R | ~ linux -R | ~ pacman -R
snap: remove --purge snapd
alternatives: --remove | --remove-all
gem: cleanup --force | uninstall -a -x
`;

const FILLS = `
fuser: -k -m
`;

/** Options whose value runs when something else happens. */
const HOOKED = `
mail mailx: --exec
aria2c: --on-download-complete | --on-download-error | --on-download-start | --on-download-stop | --on-download-pause | --on-bt-download-complete
rpm: --pipe
snap: try | install --dangerous
wireshark tshark: -X
sqlmap: --eval | --os-shell | --os-pwn | --os-cmd
run-parts: ~ /bin | ~ /usr/bin | ~ /sbin
csvtool: call
scrot: -e/--exec
`;

/** What only earns money for somebody else. */
const MINES = `
xmrig xmr-stak cpuminer minerd ccminer ethminer t-rex nbminer phoenixminer cgminer bfgminer nheqminer lolminer cryptominer nanominer srbminer srbminer-multi teamredminer: 
`;

const LOST = { operation: 'delete', category: 'file' } as const;
const ADMIN = { operation: 'admin' } as const;

const into = phrases(VOLUMES, { code: 'SHELL_VOLUME_DESTROY', risk: 'HIGH', more: LOST });
phrases(BOOT, { code: 'SHELL_HOST_STOP', risk: 'HIGH', more: ADMIN }, into);
phrases(NETWORK, { code: 'SHELL_SERVICE_STOP', risk: 'HIGH', more: ADMIN }, into);
phrases(PACKAGES, { code: 'PACKAGE_REMOVE', risk: 'HIGH', more: { category: 'supply-chain', operation: 'delete' } }, into);
phrases(FILLS, { code: 'SHELL_KILL', risk: 'HIGH', more: ADMIN }, into);

phrases(HOOKED, { code: 'SHELL_HATCH', risk: 'HIGH', more: {} }, into);
phrases(MINES, { code: 'CODE_EXHAUSTS', risk: 'HIGH', more: {} }, into);

/** Calls by which a machine loses what it starts from, its disks, its network or its packages. */
export const MACHINE = into;
