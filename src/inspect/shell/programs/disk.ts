import type { ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm, isDynamic } from '../call.ts';
import { isSecretFile } from '../../path/sensitive.ts';
import { isDryRun, isHelp, readOptions } from '../options.ts';
import { emptied } from './files.ts';
import { isDevice } from './places.ts';
import { bareWords } from './service-verbs.ts';

const dd: ProgramReader = (call) => {
  const seen: Seen[] = [];
  for (const arg of call.args) {
    if (arg.text.startsWith('if=')) seen.push({ see: 'path', path: { ...arg, text: arg.text.slice(3) }, access: 'read' });
    if (!arg.text.startsWith('of=')) continue;
    const path = { ...arg, text: arg.text.slice(3) };
    const from = call.args.filter(({ text }) => text.startsWith('if=')).map((one) => ({ ...one, text: one.text.slice(3) }));
    seen.push({ see: 'path', path, access: 'write', from });
    if (call.args.some((one) => /^if=\/dev\/(zero|u?random|null)$/.test(one.text)) && /\.(db|sqlite3?|sql|dump|bak|key|pem)$/.test(path.text))
      seen.push(...emptied(path));
    if (isDynamic(path)) seen.push(harm('SHELL_DEVICE_WRITE', 'HIGH', { operation: 'write', category: 'file', inspected: false }));
  }
  return seen;
};

/** Always destroys what the device held. */
const format: ProgramReader = (call) => {
  if (isHelp(call.args) || isDryRun(call.args) || call.args.length === 0) return [];
  const options = readOptions(call.args);
  if (options.has('n') && call.bin.startsWith('mk')) return [];
  const device = call.args.some((arg) => isDevice(arg.text));
  // A loop device is a file that was made for it.
  const looped = options.operands.length > 0 && options.operands.every(({ text }) => /^\/dev\/loop\d+(?:p\d+)?$/.test(text));
  const image =
    looped || (!device && options.operands.some(({ text }) => /\.(img|iso|raw|qcow2|disk|bin|ext\d|fs)$|^\/?swap(?:file|\.img)?\d*$/.test(text)));
  return [harm('SHELL_FORMAT', device && !looped ? 'CRITICAL' : image ? 'MEDIUM' : 'HIGH', { operation: 'delete', category: 'file' })];
};

const wipefs: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'ot', long: ['offset', 'types'] });
  if (options.has('n', 'no-act', 'help') || !options.has('a', 'all', 'o', 'offset', 'f', 'force')) return [];
  return [harm('SHELL_FORMAT', 'CRITICAL', { operation: 'delete', category: 'file' })];
};

/** Partition editors: reading with `-l` or `print` is harmless. */
const partition: ProgramReader = (call) => {
  if (isHelp(call.args)) return [];
  const words = bareWords(call.args);
  // In a file that holds an image, everything stays in the file.
  if (words.some((word) => /\.(?:img|raw|iso|qcow2|vhdx?|vmdk|disk)$/.test(word)) && !words.some((word) => isDevice(word))) return [];
  const options = readOptions(call.args);
  if (
    options.has('l', 'list', 'p', 'print', 'd', 'dump', 'v', 'verify', 'i', 'info', 'V', 'J', 'json', 's', 'b', 'backup') &&
    !options.has('Z', 'zap-all', 'z', 'zap', 'delete', 'o', 'clear', 'n', 'new')
  ) {
    if (!(call.bin === 'parted' && options.has('s')) && !(call.bin === 'sgdisk' && options.has('d'))) return [];
  }
  if (options.has('Z', 'zap-all', 'z', 'zap', 'o', 'clear', 'wipe-signatures'))
    return [harm('SHELL_FORMAT', 'CRITICAL', { operation: 'delete', category: 'file' })];
  if (words.some((word) => /^(mklabel|mktable|rm|mkpart|resizepart)$/.test(word)) || options.has('delete', 'd'))
    return [harm('SHELL_PARTITION', 'HIGH', { operation: 'delete', category: 'file' })];
  // Opened on a device it writes what it is told next, by its input or on the terminal.
  const shows = words.some((word) => /^(?:print|unit|align-check|help|version)$/.test(word));
  return !shows && words.some((word) => isDevice(word)) ? [harm('SHELL_PARTITION', 'HIGH', { operation: 'delete', category: 'file' })] : [];
};

/** A sub-command or option that loses data, told per program. */
function loses(words: readonly string[], flags: readonly string[] = []): ProgramReader {
  return (call) => {
    if (isHelp(call.args) || isDryRun(call.args)) return [];
    const has = call.args.some((arg) => words.includes(arg.text) || flags.includes(arg.text.split('=')[0] ?? ''));
    const onImage = call.args.some((arg) => /\.(?:img|raw|disk|luks)$/.test(arg.text)) && !call.args.some((arg) => isDevice(arg.text));
    if (!has || (onImage && call.bin === 'cryptsetup') || call.args.some((arg) => arg.text === '-n' && call.bin === 'zfs')) return [];
    return [harm('SHELL_VOLUME_DESTROY', 'HIGH', { operation: 'delete', category: 'file' })];
  };
}

const always: ProgramReader = (call) =>
  isHelp(call.args) || isDryRun(call.args) || call.args.some((arg) => arg.text === '-t' || arg.text === '--test')
    ? []
    : [harm('SHELL_VOLUME_DESTROY', 'HIGH', { operation: 'delete', category: 'file' })];

const umount: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'tO' });
  const risky = options.has('a', 'all') || options.operands.some((path) => /^\/(|boot|usr|var|home|etc)$/.test(path.text));
  if (options.has('f', 'force', 'l', 'lazy') && options.operands.length > 0)
    return [harm('SHELL_UNMOUNT', risky ? 'HIGH' : 'MEDIUM', { operation: 'admin' })];
  return risky ? [harm('SHELL_UNMOUNT', 'HIGH', { operation: 'admin' })] : [];
};

const mount: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'toLU', long: ['types', 'options'] });
  const onto = options.operands.at(-1)?.text ?? '';
  const covers =
    options.values('t', 'types').some(({ text }) => /^(?:tmpfs|overlay)$/.test(text)) || options.has('bind', 'rbind', 'move', 'B', 'R', 'M');
  const risky =
    options.operands.length > 1 &&
    (/^\/(|etc|usr|bin|sbin|lib|boot|root)(\/|$)/.test(onto) || (covers && /^\/(?:home|var|opt|srv|lib64)(?:\/|$)/.test(onto)));
  const remountRoot = options.values('o').some((value) => value.text.includes('remount') && value.text.includes('rw')) && onto === '/';
  // What is mounted elsewhere is read under another name.
  const shown = options.operands.slice(0, -1).filter(({ text }) => isSecretFile(text));
  return [
    ...(risky || remountRoot ? [harm('SHELL_MOUNT', 'HIGH', { operation: 'admin' })] : []),
    ...shown.map((path): Seen => ({ see: 'path', path, access: 'read' })),
  ];
};

export const DISK: ProgramTable = {
  dd,
  dcfldd: dd,
  mkfs: format,
  'mkfs.ext2': format,
  'mkfs.ext3': format,
  'mkfs.ext4': format,
  'mkfs.xfs': format,
  'mkfs.btrfs': format,
  'mkfs.vfat': format,
  'mkfs.fat': format,
  'mkfs.ntfs': format,
  'mkfs.exfat': format,
  'mkfs.f2fs': format,
  'mkfs.minix': format,
  'mkfs.cramfs': format,
  mke2fs: format,
  mkswap: format,
  mkdosfs: format,
  newfs: format,
  mkntfs: format,
  format,
  wipefs,
  blkdiscard: format,
  badblocks: loses([], ['-w']),
  fdisk: partition,
  sfdisk: partition,
  cfdisk: partition,
  gdisk: partition,
  sgdisk: partition,
  parted: partition,
  diskutil: loses([
    'eraseDisk',
    'eraseVolume',
    'zeroDisk',
    'randomDisk',
    'secureErase',
    'partitionDisk',
    'reformat',
    'deleteContainer',
    'deleteVolume',
    'apfs',
  ]),
  lvremove: always,
  vgremove: always,
  pvremove: always,
  lvreduce: always,
  vgreduce: always,
  thin_repair: always,
  lvm: loses(['lvremove', 'vgremove', 'pvremove', 'lvreduce']),
  lvresize: (call) => (call.args.some((arg) => arg.text.startsWith('-L-') || (/^-\d/.test(arg.text) && arg.text !== '-1')) ? always(call) : []),
  zfs: loses(['destroy', 'rollback']),
  zpool: loses(['destroy', 'labelclear', 'remove']),
  btrfs: loses(['delete', 'del']),
  bcachefs: loses(['format']),
  stratis: loses(['destroy']),
  mdadm: loses([], ['--zero-superblock', '--stop', '-S', '--remove', '-r', '--fail', '-f', '--create', '-C']),
  cryptsetup: loses(['luksFormat', 'erase', 'luksErase', 'luksRemoveKey', 'luksKillSlot', 'reencrypt', 'format']),
  dmsetup: loses(['remove', 'remove_all', 'wipe_table']),
  nwipe: always,
  wipe: (call) => (call.args.some(({ text }) => /^[~/.]|^-[a-z]*r/.test(text)) ? always(call) : []),
  scrub: always,
  hdderase: always,
  swapoff: () => [],
  umount,
  mount,
  losetup: () => [],
  debugfs: (call) => {
    const asked = readOptions(call.args, { short: 'RfbsidD' }).values('R', 'f');
    const files = asked.flatMap(({ text }) => /^\s*(?:cat|dump|rdump|more|blocks|stat)\s+(?:-p\s+)?([^\s]+)/.exec(text)?.slice(1) ?? []);
    return [...loses([], ['-w'])(call), ...files.map((text): Seen => ({ see: 'path', path: { text, glob: false }, access: 'read' }))];
  },
  tune2fs: () => [],
  resize2fs: (call) => (call.args.some((arg) => arg.text === '-M') ? always(call) : []),
  xfs_repair: loses([], ['-L']),
  fsck: () => [],
  e2fsck: () => [],
};
