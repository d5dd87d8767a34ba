import type { Socket } from 'node:net';

/** Lines to a peer. Those of one turn of the event loop leave in one write; a peer that does not read is not read from. */
export interface LineWriter {
  write(line: string): void;
  /** Says a last line and closes, also where the peer does not read it. */
  end(line: string): void;
}

const GRACE_MS = 1_000;
/** What may wait for a peer that does not read: then its connection ends. */
const MOST_UNREAD = 33_554_432;

export function lineWriter(socket: Socket): LineWriter {
  let waiting = '';
  const flush = (): void => {
    const text = waiting;
    waiting = '';
    if (text === '' || !socket.writable || socket.write(text) || socket.isPaused()) return;
    socket.pause();
    socket.once('drain', () => socket.resume());
  };
  return {
    write: (line) => {
      if (waiting === '') process.nextTick(flush);
      waiting += `${line}\n`;
      if (waiting.length + socket.writableLength > MOST_UNREAD) socket.destroy();
    },
    end: (line) => {
      const text = `${waiting}${line}\n`;
      waiting = '';
      socket.end(text);
      setTimeout(() => socket.destroy(), GRACE_MS).unref();
    },
  };
}
