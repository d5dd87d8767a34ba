import type { ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm } from '../call.ts';
import { readOptions } from '../options.ts';
import { sent } from './leaving.ts';

const EXFIL = { detector: 'exfiltration', category: 'network', operation: 'send' } as const;

const socat: ProgramReader = (call) => {
  const addresses = readOptions(call.args, { short: 'lbtTL' }).operands.map((arg) => arg.text);
  const seen: Seen[] = [];
  const network = addresses.some((address) => /^(tcp|udp|openssl|sctp|ssl|vsock)[46]?(-connect|-listen|-l)?:/i.test(address));
  const [one = '', other = ''] = addresses;
  const passes = (from: string, to: string): boolean =>
    /^(?:tcp|udp|openssl|ssl|sctp|vsock)[46]?-?(?:listen|l):/i.test(from) &&
    /^(?:tcp|udp|openssl|ssl|unix|socks4a?|proxy)[46]?(?:-connect)?:/i.test(to);
  if (passes(one, other) || passes(other, one)) seen.push(harm('SHELL_TUNNEL', 'HIGH', { category: 'network' }));
  for (const address of addresses) {
    const file = /^(?:open|file|gopen|create):([^,]{1,400})/i.exec(address)?.[1];
    if (file !== undefined) {
      const path = { text: file, glob: false };
      const away = network ? sent(path) : [];
      seen.push(
        { see: 'path', path, access: 'read' },
        ...(away.length === 0 && network && /^\/etc\//.test(file) ? [harm('SHELL_UPLOAD', 'HIGH', EXFIL)] : away),
      );
    }
    const program = /^(exec|system|shell):(.*)$/is.exec(address);
    if (program?.[2] === undefined) continue;
    const text = (program[2].split(/,(?=[a-z])/)[0] ?? '').replace(/^["']|["']$/g, '');
    if (network) seen.push(harm('SHELL_REVERSE_SHELL', 'CRITICAL', { category: 'network' }));
    seen.push({ see: 'script', text });
  }
  if (
    call.stdin.text !== undefined &&
    /\b(disable|shutdown|del|clear|set (server|map)|flush)\b/i.test(call.stdin.text) &&
    addresses.some((address) => address.includes('.sock'))
  )
    seen.push(harm('SERVICE_DESTROY', 'HIGH', { operation: 'admin' }));
  return seen;
};

/** `xterm -display HOST:0`, `ztcp HOST PORT`: a terminal, or a shell's own socket, on another machine. */
const xterm: ProgramReader = (call) => {
  const at = call.args.findIndex(({ text }) => /^--?display$/.test(text));
  const far = at >= 0 && /^(?!localhost|127\.|unix)[\w.-]+:\d/.test(call.args[at + 1]?.text ?? '');
  const run = call.args.findIndex(({ text }) => text === '-e');
  return [
    ...(far ? [harm('SHELL_REVERSE_SHELL', 'CRITICAL', { category: 'network' })] : []),
    ...(run < 0 ? [] : [{ see: 'argv', argv: call.args.slice(run + 1) } as const]),
  ];
};
const ztcp: ProgramReader = (call) =>
  call.args.some(({ text }) => /^-[acLl]/.test(text)) && call.args.length < 2
    ? []
    : [harm('SHELL_NETWORK_REDIRECT', 'HIGH', { category: 'network', operation: 'send' })];

/** Programs that join a program, a file or a terminal to the network. */
export const RELAYS: ProgramTable = { socat, xterm, ztcp };
