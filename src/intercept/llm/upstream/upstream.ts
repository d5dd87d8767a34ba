import type { Dispatcher } from 'undici';
import type { SecretMask } from '../../../wire/secret-mask.ts';
import { callUpstream } from './call-upstream.ts';
import type { AnswerListener, Patience, UpstreamCall } from './call-upstream.ts';
import { masking } from './masking.ts';

/** A request to a provider; where the provider is, only this part knows. */
export interface ProviderRequest {
  /** As a dialect names it. */
  readonly provider: string;
  readonly method: string;
  /** Path and query, beginning with `/`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string | null;
  /** Of the secrets that may not come back in the answer. */
  readonly mask: SecretMask;
}

/** The providers, as far as an answer needs them. */
export interface Upstream {
  /** Asks once (LLM-12). The listener is told of the answer, of a decoded length that is bounded. */
  call(request: ProviderRequest, listener: AnswerListener): UpstreamCall;
}

interface Place {
  readonly origin: string;
  readonly prefix: string;
  /** Where the address ends in one, as base URLs of client libraries do: it stands in place of the version a client asks for (SPEND-12). */
  readonly version: string | null;
}

const VERSION = /^\/v\d{1,3}(?:alpha|beta)?\d{0,3}(?=[/?]|$)/;

/** `/api/v1/` → `/api` and `/v1`: a version is not said twice. */
function baseOf(pathname: string): Pick<Place, 'prefix' | 'version'> {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  const last = `/${segments.at(-1) ?? ''}`;
  const version = VERSION.exec(last)?.[0] === last ? last : null;
  if (version !== null) segments.pop();
  return { prefix: segments.map((segment) => `/${segment}`).join(''), version };
}

export function createUpstream(terms: {
  readonly dispatcher: Pick<Dispatcher, 'dispatch'>;
  /** The provider's address; empty when there is none. */
  readonly urlOf: (provider: string) => string;
  /** Bytes of one answer. */
  readonly answerBytes: number;
  readonly patience: Patience;
}): Upstream {
  const places = new Map<string, Place>();
  const placeOf = (provider: string): Place => {
    const known = places.get(provider);
    if (known !== undefined) return known;
    // A provider may stand behind a path of its own: `https://gateway.example/openai`.
    const { origin, pathname } = new URL(terms.urlOf(provider));
    const place = { origin, ...baseOf(pathname) };
    places.set(provider, place);
    return place;
  };
  return {
    call({ provider, path, mask, ...request }, listener) {
      const { origin, prefix, version } = placeOf(provider);
      const own = version === null ? path : path.replace(VERSION, version);
      return callUpstream(
        terms.dispatcher,
        { ...request, origin, path: `${prefix}${own}` },
        { listener: masking(listener, mask), limit: terms.answerBytes, patience: terms.patience },
      );
    },
  };
}
