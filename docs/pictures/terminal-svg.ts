/** Draws what a terminal shows as an SVG: the same text, selectable, with the terminal's own colours. */

const CHARACTER = 8.4;
const LINE = 19;
const MARGIN = 18;

/** SGR numbers the command line uses, as colours that are legible on the dark ground. */
const COLOURS: Readonly<Record<number, string>> = { 31: '#ff7b72', 32: '#7ee787', 33: '#f2cc60', 35: '#d2a8ff', 36: '#76e3ea' };

interface Run {
  readonly text: string;
  readonly style: string;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** One line as runs of one style each. */
function runsOf(line: string): readonly Run[] {
  const runs: Run[] = [];
  let style = '';
  for (const [at, part] of line.split(/\u001b\[(\d+)m/).entries()) {
    if (at % 2 === 1) {
      const code = Number(part);
      const colour = COLOURS[code];
      style = code === 1 ? ' font-weight="bold"' : code === 2 ? ' opacity="0.6"' : colour === undefined ? '' : ` fill="${colour}"`;
    } else if (part !== '') runs.push({ text: part, style });
  }
  return runs;
}

function lineOf(line: string, y: number): string {
  let column = 0;
  const spans = runsOf(line).map(({ text, style }) => {
    const x = MARGIN + column * CHARACTER;
    column += text.length;
    return `<tspan x="${x.toFixed(1)}"${style}>${escaped(text)}</tspan>`;
  });
  return spans.length === 0 ? '' : `<text y="${String(y)}" xml:space="preserve">${spans.join('')}</text>`;
}

/** @param columns width of the terminal in characters; `title` is read by screen readers */
export function terminalSvg(text: string, columns: number, title: string): string {
  const lines = text.trimEnd().split('\n');
  const width = Math.ceil(columns * CHARACTER + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const drawn = lines.map((line, at) => lineOf(line, MARGIN + 14 + at * LINE)).filter((one) => one !== '');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}" viewBox="0 0 ${String(width)} ${String(height)}" role="img" aria-label="${escaped(title)}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
<rect width="100%" height="100%" rx="10" fill="#0d1117"/>
<g fill="#e6edf3">
${drawn.join('\n')}
</g>
</svg>
`;
}
