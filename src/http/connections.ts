import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Every open connection of one listener, and whose it is (DOOR-18, DOOR-19). */
export interface Connections {
  /** A connection that just came. When there are as many as may be, one that does less gives way to it; when none can, it is not taken. */
  take(socket: Socket): void;
  /** A key was shown on it, and it was a good one. */
  known(socket: Socket, holder: string): void;
  /** A request is under way on it, until what comes back is called. */
  begin(socket: Socket): () => void;
  /** Says last words and closes; a peer that does not close in return is gone a little later all the same. */
  finish(socket: Duplex, words: string): void;
  /** A peer that reads nothing of what was said to it is let go; one that is waited for is not. */
  quiet(socket: Socket): void;
  close(): void;
}

export interface ConnectionTerms {
  readonly most: number;
  /** Without one byte going out of those that wait to, a connection is let go. */
  readonly stallMs?: number;
  readonly graceMs?: number;
  readonly sweepMs?: number;
}

interface Peer {
  readonly socket: Socket;
  readonly address: string;
  /** Null until a good key was shown. */
  holder: string | null;
  /** Requests under way. */
  open: number;
  /** Whether the socket watches for silence already. */
  watched: boolean;
}

/** How many of one address’s connections are looked at for one that never spoke. */
const LOOKS = 64;

/**
 * Strangers are kept by address and holders of keys by key, each group in the order in which its members were last of use. When all places are
 * taken, the first to go is a stranger: of the address with the most of them, one that never spoke, else the oldest. Without strangers it is
 * the connection that was idle longest, of the key with the most. One with a request under way is never taken away.
 */
export function createConnections({ most, stallMs = 30_000, graceMs = 1_000, sweepMs = 1_000 }: ConnectionTerms): Connections {
  const peers = new Map<Socket, Peer>();
  const strangers: Groups = new Map();
  const holders: Groups = new Map();
  const groupOf = (peer: Peer): Groups => (peer.holder === null ? strangers : holders);
  const leave = (peer: Peer): void => remove(groupOf(peer), peer);
  const join = (peer: Peer): void => {
    const name = nameOf(peer);
    groupOf(peer).set(name, (groupOf(peer).get(name) ?? new Set()).add(peer));
  };
  const timer = setInterval(() => watchReaders(peers.values(), stallMs), sweepMs);
  timer.unref();
  return {
    take(socket) {
      const out = peers.size < most ? null : (stranger(strangers) ?? idle(holders));
      if (peers.size >= most && out === null) return void socket.destroy();
      const peer: Peer = { socket, address: socket.remoteAddress ?? '', holder: null, open: 0, watched: false };
      peers.set(socket, peer);
      join(peer);
      socket.once('close', () => {
        if (peers.delete(socket)) leave(peer);
      });
      if (out === null) return;
      peers.delete(out.socket);
      leave(out);
      out.socket.destroy();
    },
    known(socket, holder) {
      const peer = peers.get(socket);
      if (peer === undefined || peer.holder === holder) return;
      leave(peer);
      peer.holder = holder;
      join(peer);
    },
    begin(socket) {
      const peer = peers.get(socket);
      if (peer === undefined) return () => undefined;
      peer.open += 1;
      return () => {
        peer.open -= 1;
        if (!peers.has(socket)) return;
        // To the end of its group: it was of use a moment ago.
        leave(peer);
        join(peer);
      };
    },
    finish(socket, words) {
      socket.end(words);
      setTimeout(() => socket.destroy(), graceMs).unref();
    },
    quiet(socket) {
      const peer = peers.get(socket);
      if (peer === undefined || peer.open === 0 || socket.writableLength > 0) return void socket.destroy();
      peer.watched = false;
    },
    close: () => clearInterval(timer),
  };
}

type Groups = Map<string, Set<Peer>>;

const nameOf = ({ holder, address }: Peer): string => holder ?? address;

function remove(groups: Groups, peer: Peer): void {
  const group = groups.get(nameOf(peer));
  if (group?.delete(peer) === true && group.size === 0) groups.delete(nameOf(peer));
}

/** Where something waits to go out, silence is watched for from now on: Node counts what the system took of it as no silence. */
function watchReaders(peers: Iterable<Peer>, stallMs: number): void {
  for (const peer of peers) {
    if (peer.watched || peer.socket.writableLength === 0) continue;
    peer.watched = true;
    peer.socket.setTimeout(stallMs);
  }
}

function largest(groups: ReadonlyMap<string, Set<Peer>>, fits: (peer: Peer) => boolean): ReadonlySet<Peer> | null {
  let found: ReadonlySet<Peer> | null = null;
  for (const group of groups.values()) if ((found?.size ?? 0) < group.size && firstOf(group, fits) !== null) found = group;
  return found;
}

function firstOf(group: ReadonlySet<Peer>, fits: (peer: Peer) => boolean, looks = Number.POSITIVE_INFINITY): Peer | null {
  let looked = 0;
  for (const peer of group) {
    if (fits(peer)) return peer;
    if (++looked >= looks) return null;
  }
  return null;
}

function stranger(groups: ReadonlyMap<string, Set<Peer>>): Peer | null {
  const group = largest(groups, () => true);
  if (group === null) return null;
  return firstOf(group, ({ socket }) => socket.bytesRead === 0, LOOKS) ?? firstOf(group, () => true);
}

const isIdle = ({ open }: Peer): boolean => open === 0;

function idle(groups: ReadonlyMap<string, Set<Peer>>): Peer | null {
  const group = largest(groups, isIdle);
  return group === null ? null : firstOf(group, isIdle);
}
