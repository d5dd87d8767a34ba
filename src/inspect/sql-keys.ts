import type { ToolDeclaration } from '../kernel/finding.ts';
import { wordsOf } from './classify/words.ts';

const NONE: ReadonlySet<string> = new Set();
const QUERY = /^(?:query|queries|statement|statements|command|text|input|q|code|script|body)$/i;
const SQL = /\bsql\b/i;

/** Arguments that a tool's declaration says are SQL: by their own description, or by the tool's where the key could be a query (INSPECT-125). */
export function sqlKeysOf(declaration: ToolDeclaration | undefined): ReadonlySet<string> {
  const schema = declaration?.schema;
  if (declaration === undefined || typeof schema !== 'object' || schema === null || Array.isArray(schema)) return NONE;
  const { properties } = schema as { readonly properties?: unknown };
  if (typeof properties !== 'object' || properties === null) return NONE;
  const whole = SQL.test((declaration.description ?? '').slice(0, 2_000));
  const found = new Set<string>();
  for (const [key, value] of Object.entries(properties).slice(0, 64)) {
    const { description } = (typeof value === 'object' && value !== null ? value : {}) as { readonly description?: unknown };
    const says =
      typeof description === 'string' && SQL.test(description.slice(0, 1_000)) && !/\bsql\s+(?:dialect|mode|server name)\b/i.test(description);
    if (says || (whole && QUERY.test(key))) found.add(wordsOf(key).join(''));
  }
  return found;
}
