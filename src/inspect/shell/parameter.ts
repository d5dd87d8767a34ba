import type { ParameterOperation, Word } from 'unbash';
import { UNKNOWN } from './call.ts';

interface Subject {
  readonly name: string;
  readonly value: string | undefined;
  /** Assigned in the text itself, rather than expected from the environment. */
  readonly assigned: boolean;
}

/** Variables whose value starts with a slash on every system: `${PATH:0:1}` is a way to write `/`. */
const ROOTED = new Set(['PATH', 'HOME', 'PWD', 'OLDPWD', 'SHELL', 'BASH', 'TMPDIR', 'MAIL']);

/** `${name…}` with an operator, folded where the value is known. */
export function transform(subject: Subject, operation: ParameterOperation, fold: (word: Word) => string): string {
  const { value } = subject;
  switch (operation.type) {
    case 'Default':
      return withDefault(subject, operation.operator, fold(operation.operand));
    case 'Slice':
      return slice(subject, operation.offset.text, operation.length?.text);
    case 'CaseModification':
      if (value === undefined || operation.operand !== undefined) return UNKNOWN;
      return changeCase(value, operation.operator);
    case 'Replace': {
      const pattern = fold(operation.pattern);
      if (value === undefined || /[*?[]/.test(pattern) || pattern === '') return UNKNOWN;
      const put = fold(operation.replacement);
      return operation.operator === '//' ? value.split(pattern).join(put) : operation.operator === '/' ? value.replace(pattern, () => put) : UNKNOWN;
    }
    case 'Remove': {
      const pattern = fold(operation.operand);
      if (value === undefined || /[*?[]/.test(pattern)) return UNKNOWN;
      if (operation.operator.startsWith('#')) return value.startsWith(pattern) ? value.slice(pattern.length) : value;
      return value.endsWith(pattern) ? value.slice(0, value.length - pattern.length) : value;
    }
    default:
      return UNKNOWN;
  }
}

function withDefault({ value, assigned, name }: Subject, operator: string, operand: string): string {
  // A name that may be unset is kept as holding nothing; only a colon takes the two for one.
  if (assigned && value === '' && !operator.startsWith(':')) return UNKNOWN;
  if (operator.endsWith('+')) return value === undefined ? UNKNOWN : value === '' && operator.startsWith(':') ? '' : operand;
  if (operator.endsWith('?')) return value ?? UNKNOWN;
  if (value === undefined) return name.length === 1 && name >= '0' && name <= '9' ? UNKNOWN : operand;
  return assigned && value === '' && operator.startsWith(':') ? operand : value;
}

function slice({ name, value, assigned }: Subject, offsetText: string, lengthText: string | undefined): string {
  const offset = Number(offsetText.trim());
  const length = lengthText === undefined ? undefined : Number(lengthText.trim());
  if (!Number.isInteger(offset) || (length !== undefined && !Number.isInteger(length))) return UNKNOWN;
  if (!assigned) return ROOTED.has(name) && offset === 0 && length === 1 ? '/' : UNKNOWN;
  if (value === undefined) return UNKNOWN;
  return value.slice(offset, length === undefined ? undefined : length < 0 ? length : offset + length);
}

function changeCase(value: string, operator: string): string {
  if (operator === '^^') return value.toUpperCase();
  if (operator === ',,') return value.toLowerCase();
  const first = operator === '^' ? value.charAt(0).toUpperCase() : value.charAt(0).toLowerCase();
  return first + value.slice(1);
}
