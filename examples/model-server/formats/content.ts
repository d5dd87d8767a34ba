import type { Body } from './format.ts';

/** The texts of the messages of these roles. */
export function messages(body: Body, field: string, roles: readonly string[]): string[] {
  return items(body[field])
    .filter((message) => roles.includes(String(message['role'])))
    .map((message) => flat(message['content']));
}

/** The objects of a list; nothing where there is none. */
export function items(value: unknown): readonly Body[] {
  return Array.isArray(value) ? (value as readonly Body[]) : [];
}

/** The text of a content, whole or in parts. */
export function flat(content: unknown): string {
  if (typeof content === 'string') return content;
  return items(content)
    .map((part) => (typeof part['text'] === 'string' ? part['text'] : ''))
    .join('\n')
    .trim();
}

/** Small pieces, so that arguments really arrive in fragments. */
export function slices(text: string): readonly string[] {
  return text.match(/[\s\S]{1,7}/gu) ?? [];
}
