import { accessSync, constants, existsSync } from 'node:fs';

/** Services that start processes for whoever may write to one of these places: such processes are nobody's descendants. `runs`: only while this is there. */
const SERVICES: readonly { readonly name: string; readonly places: readonly string[]; readonly runs?: readonly string[] }[] = [
  {
    name: 'a container engine',
    places: ['/var/run/docker.sock', '/run/podman/podman.sock', '/run/containerd/containerd.sock', '/run/crio/crio.sock'],
  },
  { name: 'systemd', places: ['/run/systemd/private', '/run/dbus/system_bus_socket'] },
  { name: 'cron', places: ['/etc/crontab', '/etc/cron.d', '/var/spool/cron/crontabs'], runs: ['/run/crond.pid', '/run/crond.reboot'] },
  { name: 'at', places: ['/var/spool/cron/atjobs', '/var/spool/at'], runs: ['/run/atd.pid'] },
];

/** Those of them an agent of this user could use, with the place that is writable. */
export function waysAround(env: NodeJS.ProcessEnv, writable: (path: string) => boolean = canWrite, there = existsSync): readonly string[] {
  const runtime = env['XDG_RUNTIME_DIR'];
  const own =
    runtime === undefined
      ? []
      : [
          { name: 'systemd of this user', places: [`${runtime}/systemd/private`, `${runtime}/bus`] },
          { name: 'podman of this user', places: [`${runtime}/podman/podman.sock`] },
        ];
  return [...SERVICES, ...own].flatMap(({ name, places, ...needs }) => {
    const found = 'runs' in needs && !needs.runs?.some((path) => there(path)) ? undefined : places.find(writable);
    return found === undefined ? [] : [`${name} (${found})`];
  });
}

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
