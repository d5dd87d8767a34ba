/**
 * The peer of bench/http.ts: a bare Fastify server that reads the same body as strictly, validates it with the same schema and sends it back.
 * Nothing is decided or kept.
 */
import Fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import { Compile } from 'typebox/compile';
import { parseStrict } from '../src/wire/strict-json.ts';
import { ActionBody } from '../src/http/shapes.ts';

const validator = Compile(ActionBody);
const app = Fastify({ bodyLimit: 1_048_576 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
  try {
    done(null, parseStrict(body, { bytes: 1_048_576 }));
  } catch (error) {
    done(error as Error, undefined);
  }
});
app.setValidatorCompiler(() => (value: unknown) => validator.Check(value));
app.post('/v1/actions', { schema: { body: ActionBody } }, (requested) => requested.body);
await app.listen({ host: '127.0.0.1', port: 0 });
console.log(JSON.stringify({ url: `http://127.0.0.1:${String((app.server.address() as AddressInfo).port)}` }));
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
