import type { Define } from './define.ts';
import { examples } from './examples.ts';
import { LIMIT_FLAGS, TOOL_RATE, duration, toolRate } from './run/limits.ts';
import { whole } from './numbers.ts';

/** `aegis run [limits] -- command`. */
export const define: Define = (command) => {
  command.argument('[command...]', 'the command and its arguments, after `--`');
  for (const { flag, says, read } of LIMIT_FLAGS) command.option(flag, says, read);
  command
    .option(TOOL_RATE.flag, TOOL_RATE.says, toolRate)
    .option('--on-trip <command>', 'run this shell command after a kill; what happened is on its standard input, as JSON')
    .option('--on-trip-webhook <url>', 'post what happened here after a kill, signed with the secret in AEGIS_TRIP_SECRET')
    .option('--agent <id>', 'agent it acts as (default: of AEGIS_KEY, else run-<program>)')
    .option('--session <id>', 'session of its actions (default: a new one)')
    .option('--embedded', 'with a daemon and a log of its own, whoever is logged in')
    .option('--data <folder>', 'log of the embedded daemon (default ~/.local/state/aegis/run-log)')
    .option('--model-url <address>', 'model proxy of the daemon (default: the port after AEGIS_URL’s; AEGIS_MODEL_URL)')
    .option('--min-level <n>', 'refuse to start where it cannot be contained this firmly (see `aegis doctor`)', whole(0, 3), 0)
    .option('--grace <time>', 'between asking to end and killing (default 5s)', duration)
    .option('--json', 'print the certificate on stderr at the end')
    .addHelpText(
      'after',
      '\nWithout a login and AEGIS_KEY a daemon is embedded. Limits may stand in variables: --max-cost is AEGIS_MAX_COST, and so on.\n' +
        'Exit codes: the command’s own · 125 could not be supervised · 126 cannot be executed · 127 not found · 130, 143 ended by Ctrl-C, TERM · 137 killed',
    )
    .action(async (words: readonly string[], options: Readonly<Record<string, unknown>>) => (await import('./run/run.ts')).run(words, options));
  examples(command, [
    'aegis run --max-tokens-per-min 200000 --max-api-calls-per-min 120 --max-cost 5 -- python my_agent.py',
    'aegis run --max-wall-time 30m --max-repeated-actions 5 -- claude -p "fix the tests"',
    'aegis run --max-tool-rate send_email=5 --on-trip "mail -s stopped ops@example.com" -- python my_agent.py',
    'aegis run --min-level 2 --max-processes 64 --max-memory 2G -- node agent.js',
  ]);
};
