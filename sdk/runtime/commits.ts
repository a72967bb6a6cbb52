/**
 * Group commit: when the buffer goes home before the turn does.
 *
 * Invariants
 * 1. Commits follow each other; a batch never overtakes an earlier one.
 * 2. {@link barrier} returns when everything that happened before it was called is durable.
 * @module
 */
import type { CommitReply, HostPort } from "../schema/journal.ts";
import type { Buffer } from "./buffer.ts";

export class Commits {
  readonly #buffer: Buffer;
  readonly #host: HostPort;
  readonly #turn: number;
  readonly #onReply: (reply: CommitReply) => void;
  readonly #onLost: (error: unknown) => void;
  #last: Promise<void> = Promise.resolve();
  /** The execution itself is on disk. */
  #durable: boolean;

  constructor(buffer: Buffer, host: HostPort, turn: { turn: number; durable: boolean }, onReply: (reply: CommitReply) => void, onLost: (error: unknown) => void) {
    this.#buffer = buffer;
    this.#host = host;
    this.#turn = turn.turn;
    this.#durable = turn.durable;
    this.#onReply = onReply;
    this.#onLost = onLost;
  }

  async barrier(): Promise<void> {
    if (this.#buffer.holdsOutcomes || !this.#durable) await this.flush();
    else await this.#last;
  }

  flush(): Promise<void> {
    const batch = this.#buffer.take();
    this.#durable = true;
    const done = this.#last.then(async () => this.#onReply(await this.#host.commit(this.#turn, batch)));
    this.#last = done.catch(this.#onLost);
    return this.#last;
  }

  /** Resolves when no commit is under way. */
  settled(): Promise<void> {
    return this.#last;
  }
}
