import type { Zone } from './ip.ts';
import { readIPv4, readIPv6 } from './ip.ts';

export interface HostReading {
  /** ASCII, lower-case, no trailing dot, IPv4 dotted. */
  readonly host: string;
  readonly zone: Zone;
  /** Written so that a filter would not see what a resolver sees. */
  readonly disguised: boolean;
  readonly address: boolean;
  /** In brackets, and no address: each parser makes something else of it, or nothing. */
  readonly malformed?: true;
}

const METADATA_NAMES =
  /^(?:(?:[a-z0-9-]+\.)?metadata(?:\.(?:google\.internal|goog|google|aws|azure|internal|local|azure\.(?:com|internal)|packet\.net|platformequinix\.com|equinix\.com|tencentyun\.com|oraclecloud\.com|vultr\.com|exoscale\.com|linode\.com|hetzner\.cloud|scaleway\.com|digitalocean\.internal|cloud\.ibm\.com|yandexcloud\.net|aliyun\.com|alicloud\.com|huaweicloud\.com|upcloud\.com|nirvanix\.com|openstack\.(?:internal|local)))?|rancher-metadata(?:\.rancher\.internal)?|instance-data(?:\.ec2\.internal)?|(?:[a-z0-9-]+\.)?ec2\.internal)$/;
const LOOPBACK_NAMES =
  /^(?:localhost(?:\.localdomain)?|ip6-(?:localhost|loopback)|.*\.localhost|.*\.localtest\.me|localtest\.me|.*\.?lvh\.me|.*\.?vcap\.me|.*\.lacolhost\.com|lacolhost\.com|localhost\.[a-z0-9-]+(?:\.[a-z0-9-]+)*|loopback|(?:.*\.)?(?:localh\.st|fuf\.me|ulh\.us|smackaho\.st|local\.gd|localho\.st|lcl\.host|42foo\.com|domaincontrol\.local|yoogle\.com\.local)|mail\.ebc\.apple\.com|bugbounty\.dod\.network|127-0-0-1\.org\.uk)$/;
const PRIVATE_NAMES = /(?:^localdomain|\.(?:internal|intranet|corp|lan|home\.arpa|local|private|consul|svc|localdomain))$/;
const EMBEDDING =
  /\.(?:nip\.io|sslip\.io|xip\.io|xip\.name|traefik\.me|backname\.io|ip\.addr\.tools|nip\.me|local-ip\.(?:co|medicmobile\.org)|localhost\.direct)$/;
const REBINDING =
  /\.(?:1u\.ms|rbndr\.us|rebind\.network|rebind\.it|requestrepo\.com|r3dir\.me|rebinder\.net|lock\.cmpxchg8b\.com|spoofed\.burpcollaborator\.net)$/;

/**
 * What a host means to a resolver: percent, full-width, enclosed and IDN spellings folded first; names that embed, rebind to, or
 * stand for an internal address are judged by it (INSPECT-70, INSPECT-71).
 */
export function readHost(written: string): HostReading {
  if (written.startsWith('[')) return bracketed(written);
  const decoded = percent(written);
  const folded = decoded
    .normalize('NFKC')
    .replace(/[\u3002\uff61\uff0e]/g, '.')
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '');
  const disguisedName = decoded !== written || (folded.toLowerCase() !== decoded.toLowerCase() && /^[\x00-\x7f]*$/.test(folded));
  let host = folded.toLowerCase();
  while (host.endsWith('.')) host = host.slice(0, -1);
  // `127.0.0.1!` is cut at the mark by lenient clients.
  const lenient = /^[0-9.]+(?=[^0-9a-z.-])/.exec(host)?.[0] ?? host;
  const v4 = readIPv4(lenient);
  if (v4 !== null) return { host: v4.canonical, zone: v4.zone, disguised: v4.disguised || disguisedName || lenient !== host, address: true };
  const named = nameZone(host);
  return { host, zone: named.zone, disguised: disguisedName || named.disguised, address: false };
}

function bracketed(written: string): HostReading {
  const end = written.indexOf(']');
  const v6 = end > 0 ? readIPv6(percent(written.slice(1, end)).normalize('NFKC')) : null;
  return v6 === null
    ? { host: written.toLowerCase(), zone: 'reserved', disguised: false, address: true, malformed: true }
    : { host: v6.canonical, zone: v6.zone, disguised: v6.disguised, address: true };
}

function percent(text: string): string {
  let value = text;
  for (let round = 0; round < 3 && value.includes('%'); round += 1) {
    const next = value.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run);
      } catch {
        return run;
      }
    });
    if (next === value) break;
    value = next;
  }
  return value;
}

function nameZone(host: string): { readonly zone: Zone; readonly disguised: boolean } {
  if (host.length > 255) return { zone: 'public', disguised: false };
  if (METADATA_NAMES.test(host)) return { zone: 'metadata', disguised: false };
  if (LOOPBACK_NAMES.test(host)) return { zone: 'loopback', disguised: !/^(?:localhost|.*\.localhost)$/.test(host) };
  if (REBINDING.test(`.${host}`)) return { zone: 'private', disguised: true };
  if (EMBEDDING.test(`.${host}`)) return { zone: embedded(host), disguised: true };
  const inside = addressInName(host);
  if (inside !== null && inside !== 'public') return { zone: inside, disguised: true };
  if (/^kubernetes\.default$/.test(host)) return { zone: 'private', disguised: false };
  return { zone: PRIVATE_NAMES.test(host) ? 'private' : 'public', disguised: false };
}

function embedded(host: string): Zone {
  const hex = /(?:^|[.-])([0-9a-f]{8})\./.exec(host)?.[1];
  const byHex = hex === undefined ? null : readIPv4(`0x${hex}`);
  return addressInName(host) ?? byHex?.zone ?? 'loopback';
}

/** `10-0-0-1.example` and `169.254.169.254.example`: a whole address in front of, or inside, a name. */
function addressInName(host: string): Zone | null {
  const found = /(?:^|[^0-9])((?:\d{1,3}[.-]){3}\d{1,3})(?![0-9])/.exec(host)?.[1];
  return found === undefined ? null : (readIPv4(found.replaceAll('-', '.'))?.zone ?? null);
}
