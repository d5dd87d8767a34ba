const SYSTEM =
  /^\/(etc|usr|bin|sbin|lib|lib32|lib64|libx32|boot|sys|proc|root|system|private\/etc|library\/(launch|preferences|extensions)|var\/(lib|spool|db|backups|cache|mail|www))(\/|$)/i;
const MINE =
  /^\/(usr\/local\/(?!s?bin(?:\/|$)|lib\/systemd)[^/]+|usr\/src|root\/(\.cache|\.local\/share|[^./][^/]*)|var\/www|var\/cache|var\/lib\/apt\/lists|var\/lib\/(docker\/volumes|jenkins\/workspace)|proc\/self\/fd|usr\/share\/(doc|nginx\/html))(\/|$)/i;
/** Logs that tell what happened on the machine. */
const LOGS = /^\/var\/log\/(syslog|auth\.log|secure|messages|wtmp|btmp|lastlog|kern\.log|faillog|audit|journal|sudo\.log)/;
const WINDOWS = /^[a-z]:\/(windows|winnt|program files( \(x86\))?|programdata|boot|recovery)(\/|$)/i;

/** Places that belong to the operating system or to services, not to a person's work. */
export function systemPlace(path: string): boolean {
  return (SYSTEM.test(path) && !MINE.test(path) && path !== '/usr/local') || LOGS.test(path) || WINDOWS.test(path);
}
