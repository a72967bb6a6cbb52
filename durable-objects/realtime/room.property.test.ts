/**
 * Whatever clients and publishers do, and whenever the object sleeps, drops connections or
 * forgets what is old: a client hears of its topics in order, each once, and misses nothing of
 * them without being told of a gap.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ServerFrame, updatesLimits } from "../../sdk/schema/updates.ts";
import type { Env } from "../../worker/env.ts";
import { migrate } from "../lib/migrations.ts";
import type { Socket } from "./member.ts";
import { Room } from "./room.ts";
import { realtimeSchema } from "./schema.ts";

const { REALTIME } = env as unknown as Env;
const topics = ["executions", "approvals", "counts"] as const;
const credential = { kind: "key", hash: "h", keyId: "k" } as const;

/** A client as the SDK's: it remembers the last id, and comes back with it. */
class Client implements Socket {
  kept: unknown = null;
  readonly topics = new Set<string>();
  /** Numbers it was told, by topic. */
  readonly told = new Map<string, number[]>();
  /** From which number on it has to be told, by topic. */
  readonly since = new Map<string, number>();
  lastId: number | null = null;
  lagging = false;
  unacknowledged = 0;
  /** How often the object slept since: of each time up to 31 events are not counted. */
  slept = 0;
  /** What it should not have been told. */
  readonly faults: string[] = [];

  send(text: string): void {
    const frame = JSON.parse(text) as ServerFrame;
    if (frame.op === "lagging") this.lagging = true;
    if (frame.op === "subscribed" && !this.lagging) this.lastId = Math.max(this.lastId ?? 0, frame.id);
    if (frame.op === "gap") this.gap(frame.topic);
    if (frame.op !== "event") return;
    // A throw would be taken for a socket that has closed.
    if (!this.topics.has(frame.topic)) this.faults.push(`${frame.topic} is none of its topics`);
    if (frame.id <= this.lastOf) this.faults.push(`${frame.id} after ${this.lastOf}`);
    this.lastOf = frame.id;
    this.lastId = frame.id;
    if (++this.unacknowledged > updatesLimits.window + 31 * this.slept) this.faults.push(`${this.unacknowledged} ahead`);
    this.told.set(frame.topic, [...(this.told.get(frame.topic) ?? []), frame.data as number]);
  }
  lastOf = 0;
  onGap: (topic: string) => void = () => undefined;
  gap(topic: string): void {
    this.onGap(topic);
  }
  /** By the server, for having lagged too long. */
  onClose: () => void = () => undefined;
  close(): void {
    this.onClose();
  }
  serializeAttachment(value: unknown): void {
    this.kept = structuredClone(value);
  }
  deserializeAttachment(): unknown {
    return structuredClone(this.kept);
  }
}

type Act = { do: "publish"; topic: number; count: number } | { do: "subscribe" | "drop" | "ack" | "unsubscribe"; client: number; topic: number } | { do: "sleep" } | { do: "pass"; ms: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("publish" as const), topic: fc.nat(2), count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(300)) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom("subscribe" as const, "drop" as const, "ack" as const, "ack" as const, "unsubscribe" as const), client: fc.nat(2), topic: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.constant({ do: "sleep" as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.constantFrom(1_000, 60_000, 700_000, 4_000_000) }) },
);

async function play(sql: SqlStorage, acts: readonly Act[]): Promise<void> {
  migrate(sql, realtimeSchema);
  let [now, next] = [1_000_000, 0];
  const published = new Map<string, number[]>(topics.map((topic) => [topic, []]));
  const clients: Client[] = [new Client(), new Client(), new Client()];
  const connected = new Set<Client>();
  const ports = { standing: async (asked: readonly unknown[]) => asked.map(() => ({ grants: ["workflows.read"], masked: false })), watch: async () => {}, wait: async (ms: number) => void (now += ms), now: () => now };
  const wake = (): Room => new Room(sql, [...connected], ports);
  let room = wake();
  const fresh = (client: Client, topic: string): void => {
    client.told.set(topic, []);
    client.since.set(topic, published.get(topic)?.length ?? 0);
  };
  for (const client of clients) {
    client.onGap = (topic) => fresh(client, topic);
    client.onClose = () => void connected.delete(client);
  }
  const frame = (client: Client, value: object): Promise<void> => {
    now += 50;
    return room.frame(client, JSON.stringify(value));
  };
  const back = async (client: Client): Promise<void> => {
    connected.add(client);
    client.lagging = false;
    client.unacknowledged = client.slept = 0;
    room.enter(client, { credential });
    if (client.topics.size > 0) await frame(client, { op: "subscribe", topics: [...client.topics], ...(client.lastId === null ? {} : { after: client.lastId }) });
  };
  for (const one of acts) {
    if (one.do === "sleep") {
      room = wake();
      for (const client of clients) client.slept++;
    } else if (one.do === "pass") {
      now += one.ms;
      room.tidy();
    } else if (one.do === "publish") {
      const topic = topics[one.topic] ?? "executions";
      for (let count = 0; count < one.count; count++) {
        published.get(topic)?.push(next);
        room.publish([{ topic, type: "t", data: next++ }]);
      }
    } else {
      const client = clients[one.client] ?? new Client();
      const topic = topics[one.topic] ?? "executions";
      if (one.do === "drop") {
        room.leave(client);
        connected.delete(client);
      } else if (one.do === "ack") {
        if (!connected.has(client)) continue;
        client.unacknowledged = 0;
        await frame(client, { op: "ack", id: client.lastOf });
      } else if (one.do === "unsubscribe") {
        if (!connected.has(client) || !client.topics.delete(topic)) continue;
        await frame(client, { op: "unsubscribe", topics: [topic] });
      } else {
        if (!connected.has(client)) await back(client);
        if (client.topics.has(topic) || client.lagging) continue;
        client.topics.add(topic);
        fresh(client, topic);
        await frame(client, { op: "subscribe", topics: [topic] });
      }
    }
  }
  // In the end everybody comes back and reads to the end.
  for (const client of clients) {
    if (!connected.has(client)) await back(client);
    for (let round = 0; round < 40; round++) {
      client.unacknowledged = 0;
      await frame(client, { op: "ack", id: client.lastOf });
    }
    expect(client.faults).toEqual([]);
    for (const topic of client.topics) expect(client.told.get(topic), topic).toEqual(published.get(topic)?.slice(client.since.get(topic)));
  }
}

describe("a room", () => {
  it("tells everybody everything, in order and once, or of a gap", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 60 }), (acts) => runInDurableObject(REALTIME.get(REALTIME.newUniqueId()), async (_, state) => play(state.storage.sql, acts))),
      { numRuns: 150 },
    );
  }, 120_000);
});
