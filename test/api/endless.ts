import type { Route } from '../../src/http/route.ts';

/** Whether the answer of a route has no end: where every route is asked, it is left out. */
export const isEndless = ({ response }: Pick<Route, 'response'>): boolean =>
  'contentType' in response && String(response.contentType).startsWith('text/event-stream');
