import { hash } from 'node:crypto';
import { isPlainCode } from '../../inspect/key-names.ts';
import type { Finding } from '../../kernel/finding.ts';
import { canonical } from '../../wire/jcs.ts';
import type { Json } from '../../kernel/json.ts';
import { pointerMask } from './mask-pointer.ts';
import { maskFindings } from './mask-reading.ts';

/** What an entry shows of a value that entered a session, and what lies beside it. */
export interface SealedValue {
  readonly findings: readonly Finding[];
  readonly errorCode?: string;
  /** The value alone where nothing had to be sealed; null where there is nothing at all. */
  readonly bytes: Uint8Array | null;
}

interface Plain {
  /** RFC 8785; absent where there is no value. */
  readonly bytes?: Uint8Array;
  readonly findings: readonly Finding[];
  readonly errorCode?: string;
  /** Whose code it is, so that equal codes of one session are equal and those of two are not. */
  readonly session: string;
}

/** Findings and error codes as entries hold them, and the bytes of {errorCode, findings, value} that lie beside them (LOG-30). */
export function sealValue({ bytes, findings, errorCode, session }: Plain): SealedValue {
  const code = errorCode === undefined ? undefined : maskedCode(errorCode, session);
  const sealsCode = code !== errorCode;
  const own = bytes === undefined || findings.length === 0 ? null : (JSON.parse(new TextDecoder().decode(bytes)) as Json);
  const shown = maskFindings(findings, pointerMask({ value: own }));
  const errors = code === undefined ? {} : { errorCode: code };
  if (shown === findings && !sealsCode) return { findings, ...errors, bytes: bytes ?? null };
  const before = canonical({ ...(sealsCode ? { errorCode } : {}), ...(shown === findings ? {} : { findings }) });
  if (bytes === undefined) return { findings: shown, ...errors, bytes: Buffer.from(before, 'utf8') };
  const sealed = Buffer.concat([Buffer.from(`${before.slice(0, -1)},"value":`, 'utf8'), bytes, Buffer.from('}', 'utf8')]);
  return { findings: shown, ...errors, bytes: sealed };
}

/** LOOP-4 compares codes: a code that could be text becomes a short hash of itself, the same each time in its session. */
function maskedCode(code: string, session: string): string {
  if (isPlainCode(code) || HASHED.test(code)) return code;
  return `error-${hash('sha256', `${session}\0${code}`, 'base64url').slice(0, 12)}`;
}

const HASHED = /^error-[A-Za-z0-9_-]{12}$/;
