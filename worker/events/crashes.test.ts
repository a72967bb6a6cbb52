import { beforeAll, describe, expect, it, vi } from "vitest";
import { events, eventStarts } from "../../db/schema/events.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { drain } from "../../durable-objects/dispatcher/dispatch.ts";
import { harness } from "../http/testing/harness.ts";
import type { Env } from "../env.ts";
import { outboxOf } from "./outbox.ts";
import { executions } from "./sinks/executions.ts";
import { waits } from "./sinks/waits.ts";
import { type Bus, busIn } from "./testing/bus.ts";

const h = harness();

beforeAll(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));

/** The same database, until the process dies before its n-th write. */
function mortal({ env }: Bus, writes: number): Env {
  let left = writes;
  const DB = new Proxy(env.DB, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "batch") return value.bind(target);
      return (...args: unknown[]) => {
        if (left-- <= 0) throw new Error("crash");
        return (value as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  return { ...env, DB };
}

describe("a crash before any write of a dispatch", () => {
  it("leaves one execution for each workflow and event, and one delivery for each waiting step, once all has come to rest", async () => {
    for (let writes = 0; writes < 12; writes++) {
      const bus = await busIn(h);
      await bus.tenant.deploy({ id: "one", on: [{ kind: "event", type: "a.b" }] }, { id: "two", on: [{ kind: "event", type: "a.b" }] });
      await bus.announce("e1", "w-1", "a.b", { n: 2 });
      for (const n of [1, 2]) await bus.happens({ type: "a.b", data: { n }, record: { type: "r", id: "1" } });
      const run = (env: Env) =>
        drain({
          ...outboxOf(env, bus.tenant.id, async (event) => {
            await executions(env, event);
            await waits(env, event);
          }),
          now: () => bus.time.now,
        });
      const dying = mortal(bus, writes);
      // The dead write nothing, not even that they failed.
      const died = await run(dying).then(() => false, () => true);
      if (writes < 6) expect(died, `after ${writes} writes`).toBe(true);
      bus.time.now += 3_600_000;
      await run(bus.env);
      expect(bus.objects.started.map(({ workflowId, input }) => `${workflowId} ${input}`).sort(), `after ${writes} writes`).toEqual(['one j{"n":1}', 'one j{"n":2}', 'two j{"n":1}', 'two j{"n":2}']);
      expect(new Set(bus.deliveries.map(([execution, step, , id]) => `${execution} ${step} ${id}`)).size).toBe(1);
      expect((await tenantDb(bus.env.DB, bus.tenant.id).select(events)).map(({ status }) => status)).toEqual(["dispatched", "dispatched"]);
      expect((await bus.db.select(eventStarts)).every(({ started_at }) => started_at !== null)).toBe(true);
    }
  });
});
