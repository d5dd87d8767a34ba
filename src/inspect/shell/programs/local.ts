import type { ServiceTable } from './service-table.ts';

/** Local programs whose whole danger is a sub-command or an option. */
export const LOCAL: ServiceTable = {
  prisma: { general: null, high: ['reset'], flags: ['--force-reset', '--accept-data-loss'] },
  sequelize: { general: null, high: ['db:drop', 'db:migrate:undo:all'] },
  'sequelize-cli': { general: null, high: ['db:drop', 'db:migrate:undo:all'] },
  typeorm: { general: null, high: ['schema:drop'] },
  knex: { general: null },
  flask: { general: null, high: ['drop-db', 'drop_db', 'reset-db'] },
  'manage.py': { general: null, high: ['flush', 'reset_db', 'drop_test_database', 'clearsessions'] },
  artisan: { general: null, high: ['migrate:fresh', 'migrate:reset', 'migrate:refresh', 'db:wipe'] },
  rails: { general: null, high: ['db:drop', 'db:reset', 'db:drop:all', 'db:purge', 'db:schema:load'] },
  rake: { general: null, high: ['db:drop', 'db:reset', 'db:drop:all', 'db:purge', 'db:schema:load'] },
  gpg: { general: null, flags: ['--delete-secret-keys', '--delete-secret-and-public-key', '--delete-secret-key', '--delete-keys', '--delete-key'] },
  'gitlab-rails': { general: null },
  systemsetup: { general: null },
  efibootmgr: { general: null, flags: ['-B', '--delete-bootnum'] },
  bcdedit: { general: null, high: ['/delete', '/set', '/deletevalue'] },
  hdparm: { general: null, flags: ['--security-erase', '--security-erase-enhanced', '--trim-sector-ranges', '--make-bad-sector'] },
  nvme: { high: ['format', 'sanitize'], general: null },
  flashrom: { general: null, flags: ['-w', '--write', '-E', '--erase'] },
  setenforce: { general: null, high: ['0', 'Permissive'] },
  haproxy: { general: null, flags: ['-st'] },
  nginx: { general: null, high: ['stop', 'quit'] },
  apachectl: { general: null, high: ['stop', 'graceful-stop'] },
};
