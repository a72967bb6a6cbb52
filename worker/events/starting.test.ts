import { beforeAll, describe, expect, it, vi } from "vitest";
import { events, eventStarts, eventTriggers } from "../../db/schema/events.ts";
import { decode } from "../../sdk/schema/codec.ts";
import type { ChainLink } from "../../sdk/schema/execution.ts";
import type { WorkflowManifest } from "../../sdk/schema/manifest.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { redispatchEvent } from "../domain/events/redispatch.ts";
import { getEvent } from "../domain/events/view.ts";
import { listDeadEvents } from "../domain/events/list.ts";
import { harness } from "../http/testing/harness.ts";
import { type Bus, busIn } from "./testing/bus.ts";

const h = harness();

beforeAll(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));

const listener = (id: string, type: string, filter?: object, rest: Partial<WorkflowManifest> = {}): Partial<WorkflowManifest> => ({ id, on: [{ kind: "event", type, ...(filter ? { filter } : {}) } as WorkflowManifest["on"][number]], ...rest });
const startedBy = ({ objects }: Bus) => objects.started.map(({ workflowId, trigger }) => `${workflowId} by ${trigger.event?.id}`).sort();
const rowOf = async ({ db }: Bus, id: string) => (await db.select(events)).find((row) => row.id === id);
const redispatch = ({ db, env, time }: Bus, id: string) => redispatchEvent({ ctx: { db, env, now: time.now, actor: { kind: "operator" }, requestId: "r", caller: { ip: null, userAgent: null }, waitUntil: () => {} }, input: { id } });

describe("an event starts workflows", () => {
  it("that listen to it and whose filter it matches, once each, with its data as input", async () => {
    const bus = await busIn(h);
    await bus.tenant.deploy(listener("large", "order.paid", { amount: { $gt: 100 } }), listener("any", "order.paid"), listener("small", "order.paid", { amount: { $lte: 100 } }), listener("other", "order.shipped"));
    const id = await bus.happens({ type: "order.paid", data: { amount: 250 }, record: { type: "order", id: "7" } });
    expect(await bus.dispatch()).toBeNull();
    expect(startedBy(bus)).toEqual([`any by ${id}`, `large by ${id}`]);
    const [first] = bus.objects.started;
    expect(decode(first?.input ?? "")).toEqual({ amount: 250 });
    expect(first?.trigger).toEqual({ kind: "event", source: "order.paid", event: { id, type: "order.paid", record: { type: "order", id: "7" } } });
    expect(await getEvent({ ctx: bus, input: { id } })).toMatchObject({ status: "dispatched", attempts: 0, error: null, starts: [{ workflow_id: "any", code: null }, { workflow_id: "large", code: null }] });
  });

  it("once although two of its triggers match, or it is dispatched again and again", async () => {
    const bus = await busIn(h);
    const on = [{ kind: "event", type: "order.paid" }, { kind: "event", type: "order.paid", filter: { amount: 1 } }] as WorkflowManifest["on"];
    await bus.tenant.deploy({ id: "twice", on });
    const id = await bus.happens({ type: "order.paid", data: { amount: 1 } });
    for (let round = 0; round < 3; round++) {
      await bus.dispatch();
      expect(await redispatch(bus, id)).toMatchObject({ status: "pending" });
    }
    await bus.dispatch();
    expect(startedBy(bus)).toEqual([`twice by ${id}`]);
  });

  it("once although its placement was changed between the attempts", async () => {
    const bus = await busIn(h);
    await bus.tenant.deploy(listener("moved", "order.paid", undefined, { placement: "own" }), listener("broken", "order.paid"));
    const id = await bus.happens({ type: "order.paid", data: {} });
    // The process dies when all are started and nothing is marked.
    await expect(bus.dispatch((outbox) => ({ ...outbox, dispatched: () => Promise.reject(new Error("crash")) }))).rejects.toThrow("crash");
    await bus.db.batch([bus.db.update(eventStarts, { started_at: null })]);
    await bus.tenant.deploy(listener("moved", "order.paid", undefined, { placement: "pooled" }));
    await bus.dispatch();
    expect(startedBy(bus)).toEqual([`broken by ${id}`, `moved by ${id}`]);
  });

  it("not those that are switched off, and not those of another tenant", async () => {
    const [bus, other] = [await busIn(h), await busIn(h)];
    await bus.tenant.deploy(listener("off", "order.paid"));
    await other.tenant.deploy(listener("theirs", "order.paid"));
    await bus.tenant.call("PATCH", "/workflows/off", { is_active: false });
    await bus.happens({ type: "order.paid", data: {} });
    await Promise.all([bus.dispatch(), other.dispatch()]);
    expect([startedBy(bus), startedBy(other)]).toEqual([[], []]);
  });

  it("by what the deployment says that is active: an earlier one too, when it is activated again", async () => {
    const bus = await busIn(h);
    const types = async () => (await bus.db.select(eventTriggers)).map(({ workflow_id, type, filter }) => [workflow_id, type, filter]).sort();
    const first = await bus.tenant.deploy(listener("one", "order.paid", { amount: 1 }), listener("two", "order.paid"));
    await bus.tenant.deploy(listener("one", "order.shipped"));
    expect(await types()).toEqual([["one", "order.shipped", null], ["two", "order.paid", null]]);
    await bus.tenant.call("POST", `/deployments/${String(first.body["id"])}/activate`);
    expect(await types()).toEqual([["one", "order.paid", { amount: 1 }], ["two", "order.paid", null]]);
    await bus.tenant.deploy({ id: "one", on: [{ kind: "api" }] });
    expect(await types()).toEqual([["two", "order.paid", null]]);
  });

  it("those that can be, when one cannot, which is tried again", async () => {
    const bus = await busIn(h, { limits: { executions_per_month: 1 } });
    await bus.tenant.deploy(listener("one", "order.paid"), listener("two", "order.paid"));
    const id = await bus.happens({ type: "order.paid", data: {} });
    expect(await bus.dispatch()).toBe(bus.time.now + 1_000);
    expect(bus.objects.started).toHaveLength(1);
    expect(await rowOf(bus, id)).toMatchObject({ status: "pending", attempts: 1, error: expect.stringContaining("the plan allows 1") });
    bus.time.now += 1_000;
    await bus.dispatch();
    expect(await rowOf(bus, id)).toMatchObject({ status: "pending", attempts: 2 });
    expect(bus.objects.started).toHaveLength(1);
  });

  it("but for what a workflow's own flow refuses, which its row tells and nobody has to look at", async () => {
    const bus = await busIn(h);
    await bus.tenant.deploy(listener("one", "order.paid"));
    const id = await bus.happens({ type: "order.paid", data: {} });
    bus.objects.failStarts(new PlatformError("flow-singleton", "one at a time"));
    expect(await bus.dispatch()).toBeNull();
    expect(await getEvent({ ctx: bus, input: { id } })).toMatchObject({ status: "dispatched", error: null, starts: [{ workflow_id: "one", execution_id: null, code: "flow-singleton", detail: "one at a time" }] });
    expect((await listDeadEvents({ ctx: bus, input: { limit: 10 } })).data).toEqual([]);
  });

  it("when its tenant is no longer suspended", async () => {
    const bus = await busIn(h);
    await bus.tenant.deploy(listener("one", "order.paid"));
    const status = (to: string) => bus.env.DB.prepare("update tenants set status = ? where id = ?").bind(to, bus.tenant.id).run();
    await bus.happens({ type: "order.paid", data: {} });
    await status("suspended");
    expect(await bus.dispatch()).toBeNull();
    expect(bus.objects.started).toHaveLength(0);
    await status("active");
    await bus.dispatch();
    expect(bus.objects.started).toHaveLength(1);
  });
});

describe("the order of a record", () => {
  it("holds back later events while an earlier one waits to be tried again, and no other record's", async () => {
    const bus = await busIn(h);
    await bus.tenant.deploy(listener("one", "order.paid"), listener("two", "order.shipped"));
    const record = { type: "order", id: "1" };
    const first = await bus.happens({ type: "order.paid", data: {}, record });
    const second = await bus.happens({ type: "order.shipped", data: {}, record });
    const other = await bus.happens({ type: "order.shipped", data: {}, record: { type: "order", id: "2" } });
    const none = await bus.happens({ type: "order.shipped", data: {} });
    let fails = true;
    const failing = () => bus.dispatch((outbox) => ({ ...outbox, deliver: (event) => (fails && event.id === first ? Promise.reject(new Error("not now")) : outbox.deliver(event)) }));
    expect(await failing()).toBe(bus.time.now + 1_000);
    expect(startedBy(bus)).toEqual([`two by ${other}`, `two by ${none}`].sort());
    expect(await rowOf(bus, second)).toMatchObject({ status: "pending", attempts: 0 });
    fails = false;
    bus.time.now += 1_000;
    expect(await failing()).toBeNull();
    expect(bus.objects.started.slice(2).map(({ workflowId }) => workflowId)).toEqual(["one", "two"]);
  });

  it("is let go by an event that is given up, which is a dead letter and an event itself", async () => {
    const bus = await busIn(h);
    const record = { type: "order", id: "1" };
    const [first, second] = [await bus.happens({ type: "order.paid", data: {}, record }), await bus.happens({ type: "order.paid", data: {}, record })];
    for (let attempt = 0; attempt < 12; attempt++) bus.time.now = (await bus.dispatch((outbox) => ({ ...outbox, deliver: async (event) => { if (event.id === first) throw new Error("never"); } }))) ?? bus.time.now;
    expect(await rowOf(bus, first)).toMatchObject({ status: "dead", attempts: 12, error: "never" });
    expect(await rowOf(bus, second)).toMatchObject({ status: "dispatched" });
    expect((await listDeadEvents({ ctx: bus, input: { limit: 10 } })).data.map(({ id }) => id)).toEqual([first]);
    expect((await bus.db.select(events)).find(({ type }) => type === "dead_letter.created")).toMatchObject({ data: { kind: "event", id: first, error: "never" }, status: "dispatched" });
    await redispatch(bus, first);
    await bus.dispatch();
    expect(await rowOf(bus, first)).toMatchObject({ status: "dispatched", attempts: 0 });
  });
});

describe("the loop guard", () => {
  const rounds = (count: number, workflow: string): ChainLink[] => Array.from({ length: count }, (_, index) => ({ workflow_id: workflow, execution_id: `e${index}` }));

  it("starts a workflow that has run four times in the chain, and not one that has run five times; others are started", async () => {
    const bus = await busIn(h);
    await bus.tenant.deploy(listener("circle", "a.b"), listener("other", "a.b"));
    const four = await bus.happens({ type: "a.b", data: {} }, { chain: rounds(4, "circle") });
    const five = await bus.happens({ type: "a.b", data: {} }, { chain: rounds(5, "circle") });
    await bus.dispatch();
    expect(startedBy(bus)).toEqual([`circle by ${four}`, `other by ${four}`, `other by ${five}`].sort());
    expect(bus.objects.started.find(({ trigger }) => trigger.event?.id === four)?.trigger.chain).toEqual(rounds(4, "circle"));
    expect(await getEvent({ ctx: bus, input: { id: five } })).toMatchObject({ status: "dispatched", error: expect.stringContaining("`circle` was not started: it has run 5 times"), starts: [{ workflow_id: "circle", execution_id: null, code: "event-loop" }, { workflow_id: "other", code: null }] });
    expect((await listDeadEvents({ ctx: bus, input: { limit: 10 } })).data.map(({ id }) => id)).toEqual([five]);
  });

  it("starts nothing behind fifty executions in a row, whichever they were", async () => {
    const bus = await busIn(h);
    await bus.tenant.deploy(listener("next", "a.b"));
    const chain = (length: number) => Array.from({ length }, (_, index) => ({ workflow_id: `w${index}`, execution_id: `e${index}` }));
    const [may, may_not] = [await bus.happens({ type: "a.b", data: {} }, { chain: chain(50) }), await bus.happens({ type: "a.b", data: {} }, { chain: chain(51) })];
    await bus.dispatch();
    expect(startedBy(bus)).toEqual([`next by ${may}`]);
    expect((await getEvent({ ctx: bus, input: { id: may_not } })).starts).toMatchObject([{ code: "event-loop" }]);
  });

  it("does not let a loop begin anew by the dead letter that it leaves", async () => {
    const bus = await busIn(h);
    await bus.tenant.deploy({ id: "circle", on: ["a.b", "dead_letter.created"].map((type) => ({ kind: "event", type }) as const) });
    await bus.happens({ type: "a.b", data: {} }, { chain: rounds(5, "circle") });
    await bus.dispatch();
    bus.time.now = Date.now();
    await bus.dispatch();
    expect(startedBy(bus)).toEqual([]);
    expect((await bus.db.select(events)).map(({ type, status }) => [type, status])).toEqual([["a.b", "dispatched"], ["dead_letter.created", "dispatched"]]);
  });

  it("is told by a person who dispatches the event again that it may", async () => {
    const bus = await busIn(h);
    await bus.tenant.deploy(listener("circle", "a.b"), listener("other", "a.b"));
    const id = await bus.happens({ type: "a.b", data: {} }, { chain: rounds(5, "circle") });
    await bus.dispatch();
    await redispatch(bus, id);
    await bus.dispatch();
    expect(startedBy(bus)).toEqual([`circle by ${id}`, `other by ${id}`]);
    expect(await rowOf(bus, id)).toMatchObject({ status: "dispatched", error: null });
  });
});

