import type { Node } from './node.ts';
import { lastPart } from './node.ts';

/** Numbers that rows of a real table hold lie between these. */
export const HIGHEST = 2_147_483_646;
export const LOWEST = -32_767;

const IDENTITY = /^(?:_?id|uuid|guid|pk|rowid|_rowid_|oid|ctid|nr|no|number|key)$/;
const FILLED = /^(?:email|username|user_name|name|login|created|created_?(?:at|on|date|time)|timestamp|ts|inserted_?at)$/;
const BEGINS =
  /^(?:created|created_?(?:at|on|date|time)|timestamp|ts|inserted_?at|date|time|day|event_?(?:date|time)|updated_?(?:at|on)?|modified_?(?:at|on)?|logged_?at|order_?date|registered_?at|joined_?at|birth_?date)$/;

/** Whether a column says which row it is: the primary key by its usual names. */
export function isIdentity(name: string, table: string): boolean {
  const column = lastPart(name);
  const own = lastPart(table);
  return (
    IDENTITY.test(column) ||
    (own !== '' &&
      (column === `${own}_id` ||
        column === `${own.replace(/s$/, '')}_id` ||
        column === `${own.replace(/s$/, '')}id` ||
        column === `${own.replace(/ies$/, 'y')}_id`))
  );
}

/** Whether hardly a table leaves the column empty. */
export const isFilled = (name: string, table: string): boolean => isIdentity(name, table) || FILLED.test(lastPart(name));

const NOW =
  /^\s?(?:now|current_timestamp|current_date|getdate|getutcdate|sysdate|sysdatetime|localtimestamp|curdate|systimestamp)(?: \( \))?(?: …)?$/;

/** `created_at < now()`: every row was made before. */
export function isBeforeNow(left: Node, operator: string, right: Node): boolean {
  if (left.kind !== 'variable' || right.kind !== 'variable') return false;
  if (operator === '>' || operator === '>=') return isBeforeNow(right, '<', left);
  return (operator === '<' || operator === '<=') && NOW.test(right.name) && BEGINS.test(lastPart(left.name));
}
