import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from '../connection.ts';
import { CliError } from '../exit.ts';
import { tone, visible } from '../print.ts';
import { history } from './burn.ts';
import { picture, ranked } from './picture.ts';
import { sampleOf, type Sample } from './sample.ts';

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const REASON = 'halted in aegis top';

interface Shown {
  sample: Sample;
  selected: string | undefined;
  /** The agent a halt is asked about. */
  asked: string | null;
  said: string;
  lostAt: number | null;
}

/** The dashboard on a terminal, until `q` or Ctrl-C; the terminal is as it was afterwards. */
export async function screen(aegis: Connection, seconds: number): Promise<void> {
  const past = history();
  const sample = await sampleOf(aegis, Date.now());
  past.add(sample);
  const now: Shown = { sample, selected: ranked(sample, past)[0]?.agent, asked: null, said: '', lostAt: null };
  const ended = new AbortController();
  const draw = (): void => {
    const { columns, rows } = process.stdout;
    // Home, the new picture, and nothing of the old one beside or below it: no flicker.
    const text = picture({ ...now, past, columns: Math.max(40, columns), rows: Math.max(8, rows) });
    process.stdout.write(`\u001b[H${text.replaceAll('\n', '\u001b[K\n')}\u001b[K\u001b[J`);
  };
  const end = (): void => ended.abort();
  const key = (typed: string): void => {
    if (typed === '\u0003' || typed === 'q') return end();
    void pressed(
      aegis,
      now,
      typed,
      ranked(now.sample, past).map(({ agent }) => agent),
    ).then(draw);
  };
  process.stdin.setRawMode(true).setEncoding('utf8').on('data', key).resume();
  process.stdout.on('resize', draw);
  process.once('SIGTERM', end).once('SIGINT', end);
  process.stdout.write(ENTER);
  try {
    while (!ended.signal.aborted) {
      draw();
      await pause(seconds * 1_000, undefined, { signal: ended.signal }).catch(() => undefined);
      if (!ended.signal.aborted) await look(aegis, now, past.add);
    }
  } finally {
    process.stdout.write(LEAVE);
    process.stdout.off('resize', draw);
    process.stdin.off('data', key).setRawMode(false).pause();
  }
}

/** What stood stays where Aegis does not answer, and is said to be old. */
async function look(aegis: Connection, now: Shown, add: (sample: Sample) => void): Promise<void> {
  try {
    now.sample = await sampleOf(aegis, Date.now());
    now.lostAt = null;
    add(now.sample);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    now.lostAt ??= Date.now();
  }
}

async function pressed(aegis: Connection, now: Shown, typed: string, agents: readonly string[]): Promise<void> {
  if (now.asked !== null) return answered(aegis, now, now.asked, typed);
  const step = typed === 'j' || typed === '\u001b[B' ? 1 : typed === 'k' || typed === '\u001b[A' ? -1 : 0;
  if (step !== 0) {
    const at = agents.indexOf(now.selected ?? '') + step;
    now.selected = agents[Math.min(Math.max(0, at), agents.length - 1)];
    now.said = '';
  } else if (typed === 'h' && now.selected !== undefined) {
    now.asked = now.selected;
    now.said = tone('bad', `Halt the agent ${visible(now.selected)}? y halts it, any other key does not.`);
  }
}

async function answered(aegis: Connection, now: Shown, agent: string, typed: string): Promise<void> {
  now.asked = null;
  if (typed !== 'y') {
    now.said = '';
    return;
  }
  try {
    const { index } = (await aegis.post('/v1/halt', { scope: { kind: 'agent', id: agent }, reason: REASON })) as { index: number };
    now.said = `Halted ${visible(agent)}; recorded as entry ${String(index)}. Resume it with \`aegis resume agent ${visible(agent)}\`.`;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    now.said = tone('bad', `Not halted: ${error.message}`);
  }
}
