import type { SecretMask } from '../../../wire/secret-mask.ts';
import type { AnswerListener } from './call-upstream.ts';

/** An answer without the secrets of Aegis: whatever is read, recorded or passed on behind this never held them (LLM-22). */
export function masking(listener: AnswerListener, mask: SecretMask): AnswerListener {
  const stream = mask.stream();
  const rest = (): void => {
    const left = stream.end();
    if (left.length > 0) listener.data(left);
  };
  return {
    start(status, headers) {
      const shown = Object.entries(headers).map(([name, value]) => [
        name,
        typeof value === 'string' ? mask.text(value) : value?.map((one) => mask.text(one)),
      ]);
      listener.start(status, Object.fromEntries(shown) as typeof headers);
    },
    data(bytes) {
      const left = stream.take(bytes);
      if (left.length > 0) listener.data(left);
    },
    end() {
      rest();
      listener.end();
    },
    fail: (error) => listener.fail(error),
  };
}
