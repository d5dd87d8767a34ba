import type { Arg, Language, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm } from '../call.ts';

/** Code of an application that empties what it keeps, by the words its data layers share (Django, Active Record, Eloquent, Ecto, WordPress). */
const EMPTIES =
  /\b(?:objects|query)\s?\.\s?(?:all\(\)\s?\.\s?)?delete\s?\(|\.\s?(?:delete_all|destroy_all|drop_table|drop_all|drop_database|dropAllTables)\b|(?:::|->)\s?(?:truncate|drop|dropIfExists|dropAllTables)\s?\(|(?:::|->)\s?(?:all|query)\(\)\s?->\s?(?:each->)?delete\(|\bRepo\s?\.\s?delete_all\b|\bDROP\s{1,3}(?:TABLE|DATABASE|SCHEMA)\b|\bTRUNCATE\s{1,3}(?:TABLE\s{1,3})?[\w"`]|each\s?\(&:(?:destroy|delete)!?\)|\bDELETE\s{1,3}FROM\b(?![^'"]{0,200}\bWHERE\b)/i;

/** Sub-commands and options of a framework's own program whose value is code that runs in the application. */
function application(language: Language, verbs: ReadonlySet<string>, flags: ReadonlySet<string>): ProgramReader {
  return ({ args, stdin }) => {
    const at = args.findIndex(({ text }) => verbs.has(text));
    if (at < 0) return [];
    return [...codes(args.slice(at + 1), flags), ...(stdin.text === undefined ? [] : [stdin.text])].flatMap((text): Seen[] => [
      { see: 'code', language, text },
      ...(EMPTIES.test(text) ? [harm('CODE_DATA_DELETE', 'HIGH', { operation: 'delete', category: 'database' })] : []),
    ]);
  };
}

/** The values of these options; without any, every word that is no option. */
function codes(args: readonly Arg[], flags: ReadonlySet<string>): string[] {
  if (flags.size === 0) return args.filter(({ text }) => !text.startsWith('-') && /[\s(:]|\.\w+$/.test(text)).map(({ text }) => text);
  return args.flatMap(({ text }, at) => {
    const equals = text.indexOf('=');
    if (equals > 0 && flags.has(text.slice(0, equals))) return [text.slice(equals + 1)];
    return flags.has(args[at - 1]?.text ?? '') ? [text] : [];
  });
}

const set = (text: string): ReadonlySet<string> => new Set(text.split(' ').filter((word) => word !== ''));

const rails = application('ruby', set('runner r console c'), set(''));
const django = application('python', set('shell shell_plus'), set('-c --command'));

/** Programs of frameworks that run code of the application they belong to. */
export const FRAMEWORKS: ProgramTable = {
  rails,
  'gitlab-rails': rails,
  'manage.py': django,
  'django-admin': django,
  django,
  artisan: application('php', set('tinker'), set('--execute')),
  wp: application('php', set('eval'), set('')),
  drush: application('php', set('php:eval php-eval ev eval'), set('')),
  mix: application('ruby', set('run eval'), set('-e --eval')),
  occ: application('php', set('eval'), set('')),
};
