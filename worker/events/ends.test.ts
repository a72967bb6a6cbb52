import { describe, expect, it, vi } from "vitest";
import { events } from "../../db/schema/events.ts";
import type { EndedEntry } from "../../durable-objects/tenant-hub/contract.ts";
import { tenantsThatListen, tenantsWithPending } from "../../db/pending-events.ts";
import type { WorkflowManifest } from "../../sdk/schema/manifest.ts";
import { harness } from "../http/testing/harness.ts";
import { refreshInterest } from "./interest.ts";
import { tellEnds } from "./tell-ends.ts";
import { type Bus, busIn } from "./testing/bus.ts";

const h = harness();
const now = Date.now();

const entryIn = ({ tenant }: Bus, rest: Partial<EndedEntry> = {}): EndedEntry => ({
  id: crypto.randomUUID(), workflowId: "hello", version: 2, status: "failed", trigger: "event", parentId: null, createdAt: now - 50, completedAt: now, errorMessage: "it broke", revision: 4, start: null,
  cause: { tenant: tenant.id, chain: [{ workflow_id: "first", execution_id: "e0" }] }, ...rest,
});
const listening = (type: string): Partial<WorkflowManifest> => ({ on: [{ kind: "event", type }] });

describe("the end of an execution", () => {
  it("is an event with what led to it, once however often it is told; ending again is another", async () => {
    const bus = await busIn(h);
    const tell = tellEnds(bus.env);
    const entry = entryIn(bus);
    await tell([entry]);
    await tell([entry, entryIn(bus, { id: entry.id, completedAt: now + 9 })]);
    const rows = await bus.db.select(events);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      type: "execution.failed", record_type: "execution", record_id: entry.id, actor_kind: "execution", actor_id: entry.id, occurred_at: now,
      chain: [{ workflow_id: "first", execution_id: "e0" }, { workflow_id: "hello", execution_id: entry.id }],
      data: { execution_id: entry.id, workflow_id: "hello", version: 2, status: "failed", trigger: "event", parent_id: null, duration_ms: 50, error_message: "it broke" },
    });
  });

  it("becomes one when a workflow listens, from its deployment on", async () => {
    const bus = await busIn(h);
    const listen = vi.fn();
    bus.env.HUB = { getByName: () => ({ listen }) } as never;
    await bus.tenant.deploy(listening("execution.cancelled"));
    await refreshInterest(bus.env, bus.tenant.id);
    await bus.announce("e1", "w-1", "execution.completed", {});
    await bus.tenant.deploy(listening("order.paid"));
    await bus.withdraw("e1", "w-1");
    await refreshInterest(bus.env, bus.tenant.id);
    expect(listen.mock.calls).toEqual([[["execution.cancelled"]], [["execution.completed", "execution.cancelled"]], [[]]]);
  });
});

describe("the sweep", () => {
  it("finds tenants whose events nobody dispatches, and those that listen to executions", async () => {
    const [late, fresh, done] = [await busIn(h), await busIn(h), await busIn(h)];
    late.time.now -= 20_000;
    for (const bus of [late, fresh, done]) await bus.happens({ type: "order.paid", data: {} });
    await done.dispatch();
    const found = await tenantsWithPending(late.env.DB, Date.now() - 10_000, 100);
    expect([late, fresh, done].map(({ tenant }) => found.includes(tenant.id))).toEqual([true, false, false]);
    await fresh.tenant.deploy(listening("execution.failed"));
    await late.tenant.deploy(listening("order.paid"));
    const listeners = await tenantsThatListen(late.env.DB, "", 100);
    expect([late, fresh].map(({ tenant }) => listeners.includes(tenant.id))).toEqual([false, true]);
  });
});
