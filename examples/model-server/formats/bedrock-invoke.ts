import { anthropicMessages } from './anthropic.ts';
import { eventStreamMessage } from './event-stream.ts';
import type { Body, Format } from './format.ts';

const ROUTE = /^\/model\/([^/]+)\/invoke(-with-response-stream)?$/;

/**
 * Amazon Bedrock InvokeModel and InvokeModelWithResponseStream with a Messages body of Anthropic: the model is in the path, and each streamed
 * event lies in Base64 in a chunk of the event stream.
 */
export const bedrockInvoke: Format = {
  serves: (path) => ROUTE.test(path),
  streams: (path) => path.endsWith('/invoke-with-response-stream'),
  ask: (body, path) => anthropicMessages.ask({ ...body, model: modelOf(path) }, path),
  answer: (body, turn, id) => anthropicMessages.answer(named(body), turn, id),
  stream: (body, turn, id) => anthropicMessages.stream(named(body), turn, id),
  framing: {
    contentType: 'application/vnd.amazon.eventstream',
    write: ({ data }) => {
      const bytes = Buffer.from(JSON.stringify(data), 'utf8').toString('base64');
      return eventStreamMessage('chunk', Buffer.from(JSON.stringify({ bytes }), 'utf8'));
    },
  },
};

function modelOf(path: string): string {
  return decodeURIComponent(ROUTE.exec(path)?.[1] ?? '');
}

/** The body of a request names no model; the answer does. */
function named(body: Body): Body {
  return { model: 'scripted', ...body };
}
