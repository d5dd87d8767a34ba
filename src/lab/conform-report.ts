import type { CaseResult, Report } from './conform.ts';

/** For people: failures whole, the rest counted per pack. */
export function reportText(report: Report): string {
  const packs = new Map<string, CaseResult[]>();
  for (const result of report.results) packs.set(result.pack, [...(packs.get(result.pack) ?? []), result]);
  const lines: string[] = [];
  for (const [pack, results] of packs) {
    const passed = results.filter((result) => result.passed).length;
    lines.push(`${passed === results.length ? 'ok  ' : 'FAIL'} ${pack}: ${String(passed)} of ${String(results.length)}`);
    for (const result of results.filter((one) => !one.passed)) lines.push(`     ${result.id} ${result.why}: ${result.difference}`);
    for (const result of results.filter((one) => one.deviation !== undefined))
      lines.push(`     ${result.id} deviates on purpose: ${result.deviation ?? ''}`);
  }
  lines.push(`${String(report.passed)} of ${String(report.total)} cases hold`);
  return `${lines.join('\n')}\n`;
}

/** For machines. */
export function reportJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** JUnit XML as CI servers read it: one suite per pack, one failure element per case that differs. */
export function reportJunit(report: Report): string {
  const packs = [...new Set(report.results.map((result) => result.pack))];
  const suites = packs.map((pack) => {
    const results = report.results.filter((result) => result.pack === pack);
    const failures = results.filter((result) => !result.passed).length;
    const cases = results.map(junitCase).join('\n');
    return `  <testsuite name="${xml(pack)}" tests="${String(results.length)}" failures="${String(failures)}">\n${cases}\n  </testsuite>`;
  });
  const head = `<testsuites name="aegis conform" tests="${String(report.total)}" failures="${String(report.failed)}">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.join('\n')}\n</testsuites>\n`;
}

function junitCase(result: CaseResult): string {
  const open = `    <testcase classname="${xml(result.pack)}" name="${xml(`${result.id} ${result.why}`)}"`;
  return result.passed ? `${open}/>` : `${open}><failure message="${xml(result.difference)}"/></testcase>`;
}

/** Escapes for attributes; characters XML 1.0 cannot hold become U+FFFD. */
function xml(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
  return text
    .replace(/[&<>"']/gu, (character) => escapes[character] ?? '')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu, '\ufffd');
}
