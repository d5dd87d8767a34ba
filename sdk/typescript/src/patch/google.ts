import type { Calls } from '../calls.ts';
import { isObject } from '../json.ts';
import { guardAnswer, heldBack, observe } from './answer.ts';
import { gemini } from './gemini.ts';
import { guardedRequest } from './unguarded-requests.ts';

interface HttpResponse {
  readonly headers: unknown;
  json(): Promise<unknown>;
}

export interface ApiClient {
  request(request: Request): Promise<HttpResponse>;
  requestStream(request: Request): Promise<AsyncIterable<HttpResponse>>;
}

interface Request {
  readonly path?: string;
  readonly httpMethod?: string;
  readonly body?: unknown;
}

interface GoogleModule {
  readonly GoogleGenAI?: new (options: { apiKey: string }) => { readonly apiClient?: object };
}

const DIALECTS = [gemini];

/** Google's library asks everything but its live and interaction interfaces through one client class, which a throw-away instance leads to. */
export function patchGoogle({ GoogleGenAI }: GoogleModule, calls: Calls): boolean {
  const client = GoogleGenAI === undefined ? undefined : new GoogleGenAI({ apiKey: 'unused' }).apiClient;
  const prototype = client === undefined ? undefined : (Object.getPrototypeOf(client) as Partial<ApiClient>);
  const { request, requestStream } = prototype ?? {};
  if (prototype === undefined || request === undefined || requestStream === undefined) return false;
  Object.assign(prototype, guardRequests({ request, requestStream }, calls));
  return true;
}

/** The two ways such a client asks, guarded. */
export function guardRequests({ request, requestStream }: ApiClient, calls: Calls): ApiClient {
  return {
    async request(this: ApiClient, asked) {
      await told(asked, calls);
      const response = await guardedRequest(() => request.call(this, asked));
      const json = response.json.bind(response);
      return Object.assign(response, { json: async () => guardAnswer(await json(), DIALECTS, calls) });
    },
    async requestStream(this: ApiClient, asked) {
      await told(asked, calls);
      return decided(await guardedRequest(() => requestStream.call(this, asked)), calls);
    },
  };
}

async function told({ body }: Request, calls: Calls): Promise<void> {
  const params: unknown = typeof body === 'string' && body !== '' ? JSON.parse(body) : body;
  if (isObject(params)) await observe(DIALECTS, calls, params);
}

/** Each event as the library has it, with what was decided in it. */
async function* decided(source: AsyncIterable<HttpResponse>, calls: Calls): AsyncGenerator<HttpResponse> {
  let headers: unknown;
  const read = async function* (): AsyncGenerator<unknown> {
    for await (const event of source) {
      headers = event.headers;
      yield await event.json();
    }
  };
  for await (const chunk of heldBack(read(), DIALECTS, calls)) yield { headers, json: () => Promise.resolve(chunk) };
}
