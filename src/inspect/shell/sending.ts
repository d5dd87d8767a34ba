import { found } from '../found.ts';
import { readSecrets } from '../secrets/read-secrets.ts';
import type { Arg, Call } from './call.ts';
import { harm } from './call.ts';
import { add, addHarm } from './collect.ts';
import { isNear } from './programs/network.ts';
import type { Reading } from './reading.ts';
import { contentOf } from './written.ts';

/** Programs that carry their input or arguments to another machine. */
const SENDERS = new Set(
  `curl wget nc ncat netcat socat ssh telnet http https xh ftp tftp sftp lftp mail mailx sendmail mutt dig drill kdig nslookup host ping ping6 fping
  traceroute whois curlie httpie websocat wscat grpcurl aria2c rsync scp rclone`.split(/\s+/),
);
/** Options that carry a credential to the one who gave it. */
const PRESENTS = /^(?:-H|--header|-u|--user|--oauth2-bearer|--proxy-user|-A|-b|--cookie|-a|--auth|--password|--user-agent|-k|--key)$/;
const ENCODED = /[A-Za-z0-9+/=_-]{2000,}/;
const LONGEST = 65_536;
const EXFIL = { detector: 'exfiltration', category: 'network', operation: 'send' } as const;

/** Credentials, a shell or bulk data on their way to another machine in the words or the input of one call. */
export function readSending(call: Call, words: readonly Arg[], reading: Reading): void {
  const sends = SENDERS.has(call.bin) || (call.bin === 'openssl' && call.args[0]?.text === 's_client');
  if (!sends) return;
  const { stdin } = call;
  if (stdin.shell === true) addHarm(reading.into, harm('SHELL_REVERSE_SHELL', 'CRITICAL', { category: 'network' }), words);
  if (stdin.secret || words.some((word) => word.secret === true)) {
    addHarm(reading.into, harm('SHELL_SECRET_EXFILTRATION', 'CRITICAL', EXFIL), words);
    return;
  }
  if (wroteSecret(call, reading)) addHarm(reading.into, harm('SHELL_SECRET_EXFILTRATION', 'HIGH', EXFIL), words);
  if (isNear(call.args.filter(({ text }) => /^[a-z]+:\/\/|^localhost|^127\.|^\[?::1/.test(text)))) return;
  const named =
    stdin.credential === true ||
    call.args.some((arg, at) => arg.credential === true && !PRESENTS.test(call.args[at - 1]?.text ?? '') && !/^-[Hu]./.test(arg.text));
  if (named) addHarm(reading.into, harm('SHELL_SECRET_EXFILTRATION', 'HIGH', EXFIL), words);
  if (words.some((word) => word.bulk === true)) addHarm(reading.into, harm('SHELL_UPLOAD', 'HIGH', EXFIL), words);
  if (words.some(({ text }) => text.length >= 2000 && ENCODED.test(text))) addHarm(reading.into, harm('EXFILTRATION_ENCODED', 'HIGH', EXFIL), words);
  if (call.bin !== 'ssh' && call.bin !== 'rsync' && call.bin !== 'scp') literals([...words.map(({ text }) => text), stdin.text ?? ''], reading);
}

/** `env > f; curl -F x=@f`: a file this text filled with credentials. */
const wroteSecret = (call: Call, reading: Reading): boolean =>
  reading.written.size > 0 &&
  call.args.some(({ text }) => {
    const path = text.replace(/^[^@\s]{0,80}@/, '');
    return path !== '' && contentOf(path, reading)?.secret === true;
  });

/** Credentials written out. */
function literals(texts: readonly string[], reading: Reading): void {
  for (const text of texts) {
    if (text.length < 12 || text.length > LONGEST) continue;
    const secret = readSecrets(text).secrets.find(({ placeholder }) => placeholder !== true);
    if (secret !== undefined) {
      const detail = { detector: 'secret', risk: 'HIGH', category: 'data', pointer: reading.into.pointer } as const;
      add(reading.into, found({ ...detail, code: 'SECRET_LEAVING', text: `[${secret.id}]` }));
    }
  }
}
