/** In which order the workers of a replay come: what began earlier first, and nothing before it was sent. */
import { EVENT } from '../recording/events.ts';
import type { Network } from './network.ts';
import type { ReplayTrack } from './replay-track.ts';

export class ReplayOrder {
  private readonly tracks: readonly ReplayTrack[];
  private readonly network: Network;

  constructor(tracks: readonly ReplayTrack[], network: Network) {
    this.tracks = tracks;
    this.network = network;
  }

  /** Whose event comes next; −1 when nobody can go on. */
  choose(): number {
    let best = -1;
    let bestMs = Number.POSITIVE_INFINITY;
    for (const [worker, track] of this.tracks.entries()) {
      if (track.isAtEnd || this.waitsFor(worker, track) >= 0) continue;
      const { nextMs } = track;
      if (nextMs >= bestMs && best >= 0) continue;
      best = worker;
      bestMs = nextMs;
    }
    return best;
  }

  /** The worker whose message has to be sent before this one can go on; −1 where nothing is missing. */
  private waitsFor(worker: number, { reader, at, receiveLeft, receiveFrom, batch, timersLeft }: ReplayTrack): number {
    const isReceiving = receiveLeft > 0;
    if (!isReceiving && (batch !== undefined || timersLeft > 0 || reader.tag(at) !== EVENT.receive)) return -1;
    const from = isReceiving ? receiveFrom : reader.sender(at);
    return this.network.hasMail(from, worker) ? -1 : from;
  }

  /** When nobody can go on: what somebody took in then and is never sent here. Undefined: it is the end. */
  missing(): string | undefined {
    for (const [worker, track] of this.tracks.entries()) {
      const from = track.isAtEnd ? -1 : this.waitsFor(worker, track);
      // What was sent after the end of the sender's recording is not in it.
      if (from < 0 || this.tracks[from]?.isAtEnd === true) continue;
      const number = (track.received[from] ?? 0) + 1;
      return `worker ${worker} took in message ${number} from worker ${from}, which is never sent here`;
    }
    return undefined;
  }
}
