import { Fragment } from 'react';
import type { ReactNode } from 'react';
import { pieces } from './hidden.ts';

/** Any text that is not ours: invisible and order-turning characters as code points, apart from what stands beside it. */
export function Shown({ text }: { readonly text: string }): ReactNode {
  return (
    <bdi>
      {pieces(text).map((piece, at) =>
        piece.hidden ? (
          <span key={at} className="codepoint" title="Characters that would not be seen">
            {piece.text}
          </span>
        ) : (
          <Fragment key={at}>{piece.text}</Fragment>
        ),
      )}
    </bdi>
  );
}

/** A sentence of the log in which `code` stands between backticks. */
export function Sentence({ text }: { readonly text: string }): ReactNode {
  const parts = text.split('`');
  // An odd number of backticks is a text of somebody's own: shown as it is.
  if (parts.length % 2 === 0) return <Shown text={text} />;
  return parts.map((part, at) =>
    at % 2 === 1 ? (
      <code key={at}>
        <Shown text={part} />
      </code>
    ) : (
      <Shown key={at} text={part} />
    ),
  );
}

/** A digest or id by its two ends, whole on hover and for whoever selects it. */
export function Short({ text, ends = 4 }: { readonly text: string; readonly ends?: number }): ReactNode {
  return <code title={text}>{text.length > ends * 2 + 3 ? `${text.slice(0, ends)}…${text.slice(-ends)}` : <Shown text={text} />}</code>;
}
