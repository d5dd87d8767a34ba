import type { Command, CommanderError } from 'commander';
import { nearest } from '../policy/nearest.ts';
import { CliError, EXIT } from './exit.ts';

/** Where on the command line something went wrong: the command that was meant, and the words that led to it. */
interface Place {
  readonly command: Command;
  readonly words: readonly string[];
  /** The first word after them that is no option. */
  readonly next: string | undefined;
}

function placeOf(program: Command, argv: readonly string[]): Place {
  let command = program;
  const words = ['aegis'];
  let at = argv[0] === 'help' ? 1 : 0;
  for (let found = named(command, argv[at]); found !== undefined; found = named(command, argv[++at])) {
    command = found;
    words.push(found.name());
  }
  return { command, words, next: argv.slice(at).find((word) => !word.startsWith('-')) };
}

function named(command: Command, word: string | undefined): Command | undefined {
  return word === undefined ? undefined : command.commands.find((one) => one.name() === word);
}

/** What a mistyped word was most likely meant to be, as a sentence. */
function meant(word: string, candidates: readonly string[], before = ''): string {
  const found = nearest(word, candidates);
  return found === null ? '' : `Did you mean \`${before}${found}\`? `;
}

function wrong(code: string, message: string, { words, suggestion = '' }: { words: readonly string[]; suggestion?: string }): CliError {
  return new CliError(EXIT.usage, code, message, `${suggestion}See \`${words.join(' ')} --help\`.`);
}

function unknownCommand({ command, words }: Place, word: string): CliError {
  const names = command.commands.map((one) => one.name());
  const where = words.length === 1 ? '' : ` of \`${words.join(' ')}\``;
  return wrong('UNKNOWN_COMMAND', `There is no command '${word}'${where}.`, { words, suggestion: meant(word, names, `${words.join(' ')} `) });
}

function unknownOption({ command, words }: Place, flag: string): CliError {
  // A group passes options on to the command it does without a word.
  const known = [command, ...command.commands].flatMap(({ options }) => options.flatMap(({ long, short }) => [long, short]));
  const flags = [...known.filter((one) => typeof one === 'string'), '--help'];
  return wrong('UNKNOWN_OPTION', `\`${words.join(' ')}\` has no option '${flag}'.`, { words, suggestion: meant(flag, flags) });
}

const OPTION_VALUE = /^option '([^']*)' argument '(.*)' is invalid\. ?(.*)$/s;
const ARGUMENT_VALUE = /^command-argument value '(.*)' is invalid for argument '([^']*)'\. ?(.*)$/s;

function invalidValue({ words }: Place, message: string): CliError {
  const [, flag, given = '', why = ''] = OPTION_VALUE.exec(message) ?? [];
  const [, value = '', argument, reason = ''] = ARGUMENT_VALUE.exec(message) ?? [];
  const [name, word, told] = flag === undefined ? [`<${argument ?? ''}>`, value, reason] : [flag, given, why];
  const choices = /^Allowed choices are (.*)\.$/s.exec(told)?.[1]?.split(', ') ?? [];
  return wrong('INVALID_VALUE', `'${word}' is not a value of ${name}. ${told}`.trim(), { words, suggestion: meant(word, choices) });
}

const quoted = (message: string): string => /'(.*?)'/s.exec(message)?.[1] ?? '';

/** Commander's complaint as a coded error: what is wrong, the nearest word there is, and the help to read (CLI-1). */
export function usageError(error: CommanderError, program: Command, argv: readonly string[]): CliError {
  const place = placeOf(program, argv);
  const { command, words, next } = place;
  const message = error.message.replace(/^error: /, '');
  switch (error.code) {
    case 'commander.help':
      return wrong('NO_COMMAND', `\`${words.join(' ')}\` needs a command.`, { words });
    case 'commander.unknownCommand':
      return unknownCommand(place, quoted(message));
    case 'commander.unknownOption':
      return unknownOption(place, quoted(message));
    case 'commander.excessArguments':
      if (command.commands.length > 0 && next !== undefined) return unknownCommand(place, next);
      return wrong('TOO_MANY_ARGUMENTS', `\`${words.join(' ')}\` takes fewer words than were given.`, { words });
    case 'commander.missingArgument':
      return wrong('MISSING_ARGUMENT', `The argument <${quoted(message)}> is missing.`, { words });
    case 'commander.missingMandatoryOptionValue':
      return wrong('MISSING_OPTION', `The option ${quoted(message)} is missing.`, { words });
    case 'commander.optionMissingArgument':
      return wrong('MISSING_VALUE', `The option ${quoted(message)} has no value.`, { words });
    case 'commander.invalidArgument':
      return invalidValue(place, message);
    default:
      return wrong('USAGE', message, { words });
  }
}

/** `help` with a word that is no command: commander would show the general help and call it done. */
export function unknownHelp(program: Command, argv: readonly string[]): CliError | null {
  if (argv[0] !== 'help') return null;
  const place = placeOf(program, argv);
  return place.next === undefined ? null : unknownCommand(place, place.next);
}

/** A command's own complaint about its words, with the help to read. */
export function withHelp(error: CliError, program: Command, argv: readonly string[]): CliError {
  if (error.code !== 'USAGE' || error.hint.includes('--help')) return error;
  const help = `See \`${placeOf(program, argv).words.join(' ')} --help\`.`;
  return new CliError(
    error.exitCode,
    error.code,
    error.message,
    error.hint === '' ? help : `${error.hint}${/[.!?]$/.test(error.hint) ? '' : '.'} ${help}`,
  );
}
