import { beforeAll, describe, expect, it, vi } from "vitest";
import { eventWaits } from "../../db/schema/events.ts";
import { emit } from "./emit.ts";
import { harness } from "../http/testing/harness.ts";
import { busIn } from "./testing/bus.ts";

const h = harness();

beforeAll(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));

describe("a step that waits for an event of its tenant", () => {
  it("is brought the first that matches, and waits no more", async () => {
    const bus = await busIn(h);
    await bus.announce("e1", "paid-1", "order.paid", { order: "7" });
    await bus.happens({ type: "order.paid", data: { order: "8" } });
    const id = await bus.happens({ type: "order.paid", data: { order: "7" } });
    await bus.happens({ type: "order.paid", data: { order: "7" } });
    await bus.dispatch();
    expect(bus.deliveries[0]).toEqual(["e1", "paid-1", 'j{"order":"7"}', id]);
    expect(await bus.db.count(eventWaits)).toBe(0);
  });

  it("is brought what was committed while it was being announced, dispatched or not", async () => {
    const bus = await busIn(h);
    const began = bus.time.now;
    bus.time.now += 5;
    const dispatched = await bus.happens({ type: "order.paid", data: { n: 1 } });
    await bus.dispatch();
    await bus.announce("e1", "paid-1", "order.paid", {}, { startedAt: began });
    const pending = await bus.happens({ type: "order.shipped", data: { n: 2 } });
    await bus.announce("e2", "shipped-1", "order.shipped", {}, { startedAt: began });
    expect(bus.deliveries.map(([execution, , , id]) => [execution, id])).toEqual([["e1", dispatched], ["e2", pending]]);
    // What the dispatch finds as well is no second event: the step knows it by its id.
    await bus.announce("e2", "shipped-1", "order.shipped", {}, { startedAt: began });
    await bus.dispatch();
    expect(new Set(bus.deliveries.map(([execution, , , id]) => `${execution} ${id}`)).size).toBe(2);
  });

  it("looks back over any number of events for the first that matches", async () => {
    const bus = await busIn(h);
    const began = bus.time.now;
    const one = (n: number) => emit({ db: bus.db, now: began + Math.floor(n / 7), actor: { kind: "system" } }, { type: "order.paid", data: { n } });
    await bus.db.batch(Array.from({ length: 450 }, (_, n) => one(n)));
    await bus.announce("e1", "paid-1", "order.paid", { n: { $gte: 440 } }, { startedAt: began });
    expect(bus.deliveries.map(([, , payload]) => payload)).toEqual(['j{"n":440}']);
  });

  it("is not brought what happened before it began, when its time is over, or after it was withdrawn", async () => {
    const bus = await busIn(h);
    await bus.happens({ type: "order.paid", data: {} });
    bus.time.now += 10;
    await bus.announce("early", "paid-1", "order.paid", {});
    await bus.announce("over", "paid-1", "order.paid", {}, { due: bus.time.now });
    await bus.announce("withdrawn", "paid-1", "order.paid", {});
    await bus.withdraw("withdrawn", "paid-1", "others-1");
    bus.time.now += 10;
    await bus.happens({ type: "order.paid", data: {} });
    await bus.dispatch();
    expect(bus.deliveries.map(([execution]) => execution)).toEqual(["early"]);
  });

  it("is asked again when it could not be reached; one whose execution is gone is forgotten", async () => {
    const bus = await busIn(h);
    for (const execution of ["down", "full", "gone", "well"]) await bus.announce(execution, "paid-1", "order.paid", {});
    bus.answers.set("down", new Error("unreachable"));
    bus.answers.set("full", { ok: false, code: "conflict", detail: "more than it takes" });
    bus.answers.set("gone", { ok: false, code: "not-found", detail: "no such execution" });
    await bus.happens({ type: "order.paid", data: {} });
    expect(await bus.dispatch()).toBe(bus.time.now + 1_000);
    expect(bus.deliveries.map(([execution]) => execution)).toEqual(["well"]);
    expect((await bus.db.select(eventWaits)).map(({ execution_id }) => execution_id).sort()).toEqual(["down", "full"]);
    bus.answers.clear();
    bus.time.now += 1_000;
    expect(await bus.dispatch()).toBeNull();
    expect(bus.deliveries.map(([execution]) => execution).sort()).toEqual(["down", "full", "well"]);
  });
});
