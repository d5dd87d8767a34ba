import type { ServiceTable } from './service-table.ts';

/** Backup programs: what thins out or drops what one would restore from. */
export const BACKUP: ServiceTable = {
  restic: { high: ['forget', 'prune', 'rewrite'], flags: ['--remove-all', '--unsafe-allow-remove-all', '--cleanup'] },
  borg: { high: ['prune', 'compact', 'recreate', 'break-lock', 'repo-delete'] },
  borgmatic: { high: ['prune', 'compact'] },
  duplicity: { high: ['remove-older-than', 'remove-all-but-n-full', 'cleanup'] },
  duplicacy: { high: ['prune'] },
  kopia: { high: ['delete', 'expire'] },
  velero: { high: ['uninstall'] },
  rclone: { high: ['sync', 'delete', 'deletefile', 'purge', 'rmdir', 'rmdirs', 'cleanup', 'dedupe', 'move', 'moveto', 'bisync'], safe: ['config'] },
  'rdiff-backup': { flags: ['--remove-older-than'] },
  bup: { high: ['rm', 'gc'] },
  tmutil: { high: ['delete', 'deletelocalsnapshots', 'disable'] },
  vssadmin: { critical: ['delete'] },
  wbadmin: { critical: ['delete'] },
  snapper: { general: 'MEDIUM' },
  timeshift: { flags: ['--delete', '--delete-all'] },
};
