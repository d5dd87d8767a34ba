import { readFileSync, statfsSync, statSync } from 'node:fs';

/** `f_type` of disks that lie on another machine (Linux statfs(2)): neither their locks nor their shared memory can be relied on. */
const NETWORK: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x01021997, // 9P
  0x5346414f, // AFS
  0x6b414653, // kAFS
  0x00c36400, // Ceph
  0x0bd00bd0, // Lustre
  0x73757245, // Coda
  0x47504653, // GPFS
  0x19830326, // FhGFS
]);

/**
 * Whether a folder lies on another machine's disk.
 * HOLE: only Linux names the kind of a disk in statfs; elsewhere, and behind FUSE, every disk passes for a local one.
 */
export function isNetworkDisk(folder: string): boolean {
  if (process.platform !== 'linux') return false;
  return NETWORK.has(statfsSync(folder).type >>> 0);
}

/** Processes that hold a lock on a file, as far as Linux tells; nobody where it does not. */
export function lockersOf(path: string): readonly number[] {
  try {
    const inode = String(statSync(path).ino);
    const found = readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((words) => words[5]?.split(':').at(-1) === inode)
      .map((words) => Number(words[4]));
    return [...new Set(found)].filter((pid) => pid > 0 && pid !== process.pid);
  } catch {
    return [];
  }
}
