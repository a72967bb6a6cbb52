/**
 * One socket: what it listens to, and how far it has come.
 *
 * A client acknowledges what has arrived. Who does not is sent no more than a window of
 * events; from then on it lags, and is sent the rest from the log as it acknowledges.
 *
 * Invariant: of its topics, every message up to `cursor` was sent, or will not be; while it
 * does not lag, that is every message there is.
 * @module
 */
import { type ServerFrame, updatesLimits } from "../../sdk/schema/updates.ts";
import type { Credential, Standing } from "./contract.ts";
import { type Hearing, hearingOf, hears } from "./hearing.ts";
import { type Entry, eventFrame } from "./log.ts";

/** What of a platform's WebSocket is used. */
export interface Socket {
  send(text: string): void;
  close(code: number, reason: string): void;
  serializeAttachment(value: unknown): void;
  deserializeAttachment(): unknown;
}

/** What outlives hibernation: at most 16 KiB. */
interface Kept {
  id: string;
  credential: Credential;
  topics: string[];
  /** Null: not known yet. Missing in one from before it was kept. */
  hearing?: Hearing | null;
  /** Events sent and not acknowledged, and the last of them. */
  owed: number;
  sent: number;
  /** Sent up to here, then no more; null: it does not lag. */
  cursor: number | null;
  /** Since when it lags, ms. */
  since: number;
}

/** Events sent between two times at which it is noted how many. */
const noteEvery = 32;
/** Frames a client may send at once, and each second. */
const burst = 60;
const framesPerSecond = 20;

export class Member {
  readonly socket: Socket;
  readonly #kept: Kept;
  readonly topics: Set<string>;
  /** Ids sent and not acknowledged, the oldest first. */
  #unacknowledged: number[];
  #noted: number;
  #frames = { left: burst, at: 0 };
  /** Frames are taken one after the other. */
  turn: Promise<void> = Promise.resolve();

  private constructor(socket: Socket, kept: Kept) {
    this.socket = socket;
    this.#kept = kept;
    this.topics = new Set(kept.topics);
    this.#unacknowledged = Array.from({ length: kept.owed }, () => kept.sent);
    this.#noted = kept.owed;
  }

  static open(socket: Socket, credential: Credential): Member {
    const member = new Member(socket, { id: crypto.randomUUID(), credential, topics: [], hearing: null, owed: 0, sent: 0, cursor: null, since: 0 });
    member.note();
    return member;
  }

  /** One that was there before this object woke; null for one that is no member. */
  static wake(socket: Socket): Member | null {
    const kept = socket.deserializeAttachment() as Kept | null;
    return kept === null ? null : new Member(socket, kept);
  }

  get id(): string {
    return this.#kept.id;
  }

  get credential(): Credential {
    return this.#kept.credential;
  }

  /** What it may hear from now on. */
  set standing(standing: Standing) {
    const hearing = hearingOf(standing);
    const same = JSON.stringify(hearing) === JSON.stringify(this.#kept.hearing);
    this.#kept.hearing = hearing;
    // Whoever may less by now does so after the object has slept, too.
    if (!same) this.note();
  }

  get lagsSince(): number | null {
    return this.#kept.cursor === null ? null : this.#kept.since;
  }

  /** Keeps how things stand for when the object sleeps. */
  note(): void {
    this.#kept.topics = [...this.topics];
    this.#kept.owed = this.#noted = this.#unacknowledged.length;
    this.socket.serializeAttachment(this.#kept);
  }

  say(frame: ServerFrame): void {
    this.#send(JSON.stringify(frame));
  }

  /** What was published just now. */
  tell(entry: Entry, now: number): void {
    if (this.#kept.cursor !== null || hears(this.#kept.hearing ?? null, entry) === null) return;
    if (this.room === 0) this.lag(entry.id - 1, now);
    else this.#event(entry);
  }

  /** How many events may be sent ahead. */
  get room(): number {
    return updatesLimits.window - this.#unacknowledged.length;
  }

  lag(cursor: number, now: number): void {
    this.#kept.cursor = cursor;
    this.#kept.since = now;
    this.note();
    this.say({ op: "lagging", id: cursor });
  }

  /** Sends what a lagging client has missed, as far as there is room. @param read from the log */
  catchUp(read: (after: number, limit: number) => readonly Entry[]): void {
    while (this.#kept.cursor !== null && this.room > 0) {
      const limit = this.room;
      const entries = read(this.#kept.cursor, limit);
      for (const entry of entries) this.#event(entry);
      this.#kept.cursor = entries.length < limit ? null : (entries.at(-1)?.id ?? null);
    }
    this.note();
  }

  /** A part of what it has missed is gone: it goes on from now. */
  skip(): void {
    this.#kept.cursor = null;
    this.note();
  }

  get cursor(): number | null {
    return this.#kept.cursor;
  }

  /** True when half of the window is free again. */
  acknowledge(id: number): boolean {
    const rest = this.#unacknowledged.findIndex((sent) => sent > id);
    this.#unacknowledged.splice(0, rest === -1 ? this.#unacknowledged.length : rest);
    if (this.#noted > 0) this.note();
    return this.#unacknowledged.length <= updatesLimits.window / 2;
  }

  /** Of something that was kept. */
  replay(entry: Entry): void {
    this.#event(entry);
  }

  /** False when it sends more frames than anybody needs. */
  mayFrame(now: number): boolean {
    const { left, at } = this.#frames;
    this.#frames = { left: Math.min(burst, left + (Math.max(0, now - at) / 1000) * framesPerSecond) - 1, at: now };
    return this.#frames.left >= 0;
  }

  #event(entry: Entry): void {
    const heard = hears(this.#kept.hearing ?? null, entry);
    if (heard === null) return;
    this.#unacknowledged.push(entry.id);
    this.#kept.sent = entry.id;
    this.#send(eventFrame(entry, heard.masked));
    if (this.#unacknowledged.length >= this.#noted + noteEvery) this.note();
  }

  /** One that is closing takes nothing any more: its end is told by the platform. */
  #send(text: string): void {
    try {
      this.socket.send(text);
    } catch {}
  }
}
