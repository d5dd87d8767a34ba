import type { Call, Seen } from '../call.ts';

/** Programs that show, look for or record words. */
const WORDS = new Set(
  'echo printf grep egrep fgrep rg ag ack git sed awk cat tee less test [ jq yq logger commit hg svn sqlfluff sqlformat pg_format'.split(' '),
);

/** A whole statement that takes rows, tables or rights away, as the value of an option or on standard input. */
const STATEMENT =
  /^(?:[\w-]{1,24}=)?\s{0,8}(?:drop\s{1,4}(?:database|schema|table|user|role|keyspace|tablespace|view|index)\s|truncate\s{1,4}(?:table\s)?\s{0,4}[\w."`[]|delete\s{1,4}from\s)/i;
const LONGEST = 16_384;

/** SQL that is handed to a program nobody knows as a client: what it says is read, whoever runs it. */
export function saidSql({ bin, args, stdin }: Call): Seen[] {
  if (WORDS.has(bin)) return [];
  const texts = [...args.map(({ text }) => text), stdin.text ?? ''];
  return texts
    .filter((text) => text.length < LONGEST && STATEMENT.test(text))
    .map((text): Seen => ({ see: 'sql', text: text.replace(/^[\w-]{1,24}=/, ''), dialect: 'generic' }));
}
