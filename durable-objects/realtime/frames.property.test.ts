/** Whatever a client sends, it is answered in the protocol's own frames, told nothing it may not hear, and breaks nothing. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { serverFrame, updatesLimits } from "../../sdk/schema/updates.ts";
import type { Env } from "../../worker/env.ts";
import { migrate } from "../lib/migrations.ts";
import { Room } from "./room.ts";
import { realtimeSchema } from "./schema.ts";

const { REALTIME } = env as unknown as Env;

const topic = fc.oneof(fc.constantFrom("executions", "approvals", "events", "records:user", "executions:x", "notifications:u"), fc.string());
const wellFormed = fc.oneof(
  fc.record({ op: fc.constant("subscribe"), topics: fc.array(topic, { maxLength: 5 }), after: fc.option(fc.integer({ min: -2, max: 50 }), { nil: undefined }) }),
  fc.record({ op: fc.constant("unsubscribe"), topics: fc.array(topic, { maxLength: 5 }) }),
  fc.record({ op: fc.constant("ack"), id: fc.oneof(fc.integer(), fc.double()) }),
  fc.record({ op: fc.constantFrom("ping", "event", "subscribed", "__proto__"), ref: fc.anything() }),
);
const frame = fc.oneof({ weight: 5, arbitrary: wellFormed.map((value) => JSON.stringify(value)) }, { weight: 2, arbitrary: fc.json() }, { weight: 1, arbitrary: fc.string() }, { weight: 1, arbitrary: fc.constant("x".repeat(updatesLimits.frameCharacters + 1)) }, { weight: 1, arbitrary: fc.constant(new ArrayBuffer(3)) });

it("any frames", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 30 }), (frames) =>
      runInDurableObject(REALTIME.get(REALTIME.newUniqueId()), async (_, { storage }) => {
        migrate(storage.sql, realtimeSchema);
        let now = 0;
        let [closed, kept]: [boolean, unknown] = [false, null];
        const events: string[] = [];
        const socket = {
          send(text: string) {
            const said = serverFrame.parse(JSON.parse(text));
            if (said.op === "event") events.push(said.topic);
          },
          close: () => void (closed = true),
          serializeAttachment: (value: unknown) => void (kept = value),
          deserializeAttachment: () => kept,
        };
        const room = new Room(storage.sql, [], { standing: async () => [{ grants: ["workflows.read"], masked: true }], watch: async () => {}, wait: async () => {}, now: () => (now += 100) });
        room.enter(socket, { credential: { kind: "key", hash: "h", keyId: "k" } });
        for (const one of frames) {
          await room.frame(socket, one);
          room.publish(["executions", "events", "records:user", "notifications:u"].map((topic) => ({ topic, type: "t", data: { secret: 1 }, about: { id: "1" }, maskable: true })));
        }
        expect(events.every((topic) => topic === "executions")).toBe(true);
        expect(room.members.size).toBe(closed ? 0 : 1);
        expect(JSON.stringify(kept).length).toBeLessThan(16_384);
      }),
    ),
    { numRuns: 200 },
  );
}, 120_000);
