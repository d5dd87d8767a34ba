// Loaded into a peer that listens on every interface: here it listens on loopback, and says when.
import { Server } from 'node:net';

const listen = Server.prototype.listen;
Server.prototype.listen = function (first, ...rest) {
  const port = typeof first === 'object' && first !== null ? first.port : first;
  const ready = rest.findLast((one) => typeof one === 'function');
  return listen.call(this, { port: Number(port), host: '127.0.0.1' }, () => {
    console.log(JSON.stringify({ url: `http://127.0.0.1:${this.address().port}` }));
    ready?.call(this);
  });
};
