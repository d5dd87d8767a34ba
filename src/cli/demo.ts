import type { Define } from './define.ts';
import type { Cell } from './demo/matrix.ts';
import type { Scene } from './demo/scenes.ts';
import { EXIT } from './exit.ts';
import { effectTone, json, line, note, tone } from './print.ts';

/** `aegis demo`: exit code 1 when anything differs from what must happen. */
export const define: Define = (command) => {
  command
    .option('--scripted', 'use the scripted model even if OPENAI_API_KEY is set')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nFour LangGraph agents call seventeen banking tools. Offline a scripted model speaks OpenAI’s wire format; with OPENAI_API_KEY set, a real one is asked.\n\nExamples:\n  $ aegis demo\n  $ aegis demo --json',
    )
    .action(async (options: { scripted?: true; json?: true }) => {
      const quiet = options.json === true;
      const live = options.scripted !== true && (process.env['OPENAI_API_KEY'] ?? '') !== '';
      const result = await perform(live, quiet);
      const different =
        result.cells.filter(({ as }) => as === 'different').length + result.scenes.filter(({ held }) => !held).length + result.failures.length;
      if (different > 0) process.exitCode = EXIT.failed;
      if (quiet) return json({ ok: different === 0, ...result });
      for (const failure of result.failures) line(tone('bad', failure));
      line(
        different === 0
          ? tone('good', '\nEverything that had to happen happened, and the log proves it.')
          : tone('bad', `\n${String(different)} things were not as they must be.`),
      );
    });
};

interface Performance {
  readonly model: 'scripted' | 'live';
  readonly cells: readonly Cell[];
  readonly scenes: readonly Scene[];
  readonly failures: readonly string[];
}

async function perform(live: boolean, quiet: boolean): Promise<Performance> {
  const [{ openStage }, { killPrograms }, { runMatrix }, scenesOf, { proofScenes }] = await Promise.all([
    import('./demo/stage.ts'),
    import('./demo/program.ts'),
    import('./demo/matrix.ts'),
    import('./demo/scenes.ts'),
    import('./demo/proof.ts'),
  ]);
  const say = (text: string): void => (quiet ? undefined : note(text));
  say('Starting Aegis in a temporary folder …');
  const stage = await openStage(live);
  const interrupted = (): void => {
    killPrograms();
    void stage.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    say(`Aegis runs at ${stage.url}; four agents and a ${stage.model} model. Watching 4 × 17 calls …`);
    const { cells, failures } = await runMatrix(stage);
    if (!quiet) line(matrix(cells));
    const scenes: Scene[] = [];
    for (const play of [scenesOf.approvalScene, scenesOf.haltScene, scenesOf.injectionScene]) scenes.push(show(await play(stage), quiet));
    for (const scene of await proofScenes(stage)) scenes.push(show(scene, quiet));
    return { model: stage.model, cells, scenes, failures };
  } finally {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
    killPrograms();
    await stage.close();
  }
}

function show(scene: Scene, quiet: boolean): Scene {
  if (!quiet) line(`${scene.held ? tone('good', 'ok  ') : tone('bad', 'FAIL')} ${scene.title}\n       ${tone('dim', scene.detail)}`);
  return scene;
}

/** Tools down, agents across; what differs from the expected is marked. */
function matrix(cells: readonly Cell[]): string {
  const agents = [...new Set(cells.map(({ agent }) => agent))];
  const tools = [...new Set(cells.map(({ tool }) => tool))];
  const first = Math.max(...tools.map(({ length }) => length)) + 2;
  const widths = agents.map(({ length }) => length + 2);
  const head = ' '.repeat(first) + agents.map((agent, column) => agent.padEnd(widths[column] ?? 0)).join('');
  const rows = tools.map((tool) => {
    const row = agents.map((agent, column) => {
      const cell = cells.find((one) => one.agent === agent && one.tool === tool);
      const text = cell === undefined ? '' : cell.as === 'different' ? `${cell.got} (not ${cell.expected})` : cell.got;
      return tone(cell?.as === 'different' ? 'bad' : effectTone(cell?.got ?? ''), text.padEnd(widths[column] ?? 0));
    });
    return tool.padEnd(first) + row.join('');
  });
  const right = cells.filter(({ as }) => as === 'expected').length;
  return ['', tone('dim', head), ...rows, '', `${String(right)} of ${String(cells.length)} outcomes as they must be.`, ''].join('\n');
}
