/**
 * What is done over and over while there are sockets: looking whether they still may listen,
 * and having the executions that are looked at go on telling of their steps.
 * @module
 */
import { closeCodes } from "../../sdk/schema/updates.ts";
import { terminalStatuses } from "../../sdk/schema/execution.ts";
import type { Credential, RealtimeMessage, Standing } from "./contract.ts";
import type { Room } from "./room.ts";
import { parseTopic } from "./topics.ts";

/** What was revoked is closed within so many ms, and leases are renewed. */
export const checkEveryMs = 30_000;
/** So long nobody is cut off because the database does not answer, ms. */
const blindMs = 180_000;
/** Executions asked at once. */
const askedAtOnce = 20;

export interface UpkeepPorts {
  standing(credentials: readonly Credential[]): Promise<Array<Standing | null>>;
  /** @param tell also of the steps there are. False: it has ended, or there is none */
  watch(executionId: string, tell: boolean): Promise<boolean>;
  now(): number;
}

export class Upkeep {
  readonly #room: Room;
  readonly #ports: UpkeepPorts;
  /** Executions that tell of their steps. */
  readonly #watched = new Set<string>();
  #blindSince: number | null = null;

  constructor(room: Room, ports: UpkeepPorts) {
    this.#room = room;
    this.#ports = ports;
  }

  /** Returns when to be called again, ms since the epoch; null: when somebody comes. */
  async run(): Promise<number | null> {
    this.#room.tidy();
    await this.#check();
    const looked = this.#room.interest.executions();
    for (const id of this.#watched) if (!looked.includes(id)) this.#watched.delete(id);
    await this.watch(looked.filter((id) => this.#watched.has(id) || !this.#ended.has(id)), true);
    const now = this.#ports.now();
    if (this.#room.members.size > 0) return now + checkEveryMs;
    const next = this.#room.interest.nextExpiry();
    return next === null ? null : Math.max(next, now + 1_000);
  }

  /** Known to have ended: not asked again before they are heard of. */
  readonly #ended = new Set<string>();

  async watch(ids: readonly string[], tell: boolean): Promise<void> {
    for (let from = 0; from < ids.length; from += askedAtOnce) {
      await Promise.all(ids.slice(from, from + askedAtOnce).map((id) => this.#watchOne(id, tell)));
    }
  }

  async #watchOne(id: string, tell: boolean): Promise<void> {
    try {
      if (await this.#ports.watch(id, tell)) {
        this.#watched.add(id);
        this.#ended.delete(id);
      } else {
        this.#watched.delete(id);
        if (this.#ended.size > 1_000) this.#ended.clear();
        this.#ended.add(id);
      }
    } catch (error) {
      // The next round asks again.
      console.warn(JSON.stringify({ level: "warn", event: "realtime.watch", execution: id, message: error instanceof Error ? error.name : "unknown" }));
    }
  }

  /** Executions that are looked at and go on, though they tell of nothing yet: one that was just begun, or retried. */
  unwatched(messages: readonly RealtimeMessage[]): string[] {
    return messages.flatMap(({ topic, type, data }) => {
      if (type !== "execution.updated" || this.#room.interest.membersOf(topic).size === 0) return [];
      const id = parseTopic(topic)?.executionId;
      return id === undefined || this.#watched.has(id) || hasEnded(data) ? [] : [id];
    });
  }

  async #check(): Promise<void> {
    const { members } = this.#room;
    if (members.size === 0) return;
    const byKey = new Map([...members.values()].map(({ credential }) => [keyOf(credential), credential]));
    try {
      const standings = await this.#ports.standing([...byKey.values()]);
      this.#blindSince = null;
      const found = new Map([...byKey.keys()].map((key, index) => [key, standings[index] ?? null]));
      for (const member of members.values()) {
        const standing = found.get(keyOf(member.credential));
        // Who came meanwhile was looked at just now.
        if (standing !== undefined) this.#room.judge(member, standing);
      }
    } catch (error) {
      const now = this.#ports.now();
      this.#blindSince ??= now;
      console.error(JSON.stringify({ level: "error", event: "realtime.check", message: error instanceof Error ? error.name : "unknown" }));
      if (now - this.#blindSince < blindMs) return;
      for (const member of members.values()) this.#room.close(member, closeCodes.tryAgain, "it cannot be found out whether this socket may listen");
    }
  }
}

function keyOf(credential: Credential): string {
  return credential.kind === "session" ? `${credential.sessionId}:${credential.userId}` : credential.hash;
}

function hasEnded(data: unknown): boolean {
  const status = typeof data === "object" && data !== null && "status" in data ? data.status : null;
  return terminalStatuses.some((one) => one === status);
}
