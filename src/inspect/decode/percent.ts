/** Percent-encoding (RFC 3986), `%uXXXX` of old browsers, and overlong UTF-8 read as lax decoders read it. Linear. */
export function unpercent(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%u([0-9a-fA-F]{4})|((?:%[0-9a-fA-F]{2})+)/g, (_whole, wide: string | undefined, run: string | undefined) =>
    wide !== undefined ? String.fromCharCode(Number.parseInt(wide, 16)) : bytes(run ?? ''),
  );
}

function bytes(run: string): string {
  if (run.length === 3) {
    const code = Number.parseInt(run.slice(1), 16);
    if (code < 0x80) return String.fromCharCode(code);
  }
  const out = new Uint8Array(run.length / 3);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(run.slice(i * 3 + 1, i * 3 + 3), 16);
  return lax(out);
}

function lax(data: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch {
    const fixed: number[] = [];
    for (let i = 0; i < data.length; i++) {
      const lead = data[i] ?? 0;
      const next = data[i + 1];
      if ((lead === 0xc0 || lead === 0xc1) && next !== undefined) {
        fixed.push(((lead & 1) << 6) | (next & 0x3f));
        i += 1;
      } else fixed.push(lead);
    }
    return Buffer.from(fixed).toString('latin1');
  }
}
