import { describe, expect, it } from "vitest";
import { actionResults, events, eventStarts, eventWaits } from "../../../db/schema/events.ts";
import { busIn } from "../../events/testing/bus.ts";
import { harness } from "../../http/testing/harness.ts";
import { oldEvents, oldWaitsAndResults } from "./events.ts";

const h = harness();
const day = 86_400_000;

describe("what is older than a tenant keeps it", () => {
  it("goes with what it started: events that were dispatched or given up, and none that is on its way", async () => {
    const [bus, other] = [await busIn(h), await busIn(h)];
    const before = bus.time.now - day;
    const happens = (at: number, status: "pending" | "dispatched" | "dead") => bus.happens({ type: `a.${status}`, data: {} }, { now: at }).then(async (id) => {
      await bus.db.batch([bus.db.update(events, { status }), bus.db.insert(eventStarts, { event_id: id, workflow_id: "w", execution_id: null, code: null, detail: null, started_at: null, created_at: at })]);
    });
    await other.happens({ type: "a.b", data: {} }, { now: 1 });
    await happens(before - 1, "dead");
    await happens(before - 1, "pending");
    expect(await oldEvents({ db: bus.db, before })).toEqual({});
    await bus.db.batch([bus.db.update(events, { status: "dispatched" })]);
    await bus.happens({ type: "a.young", data: {} });
    expect(await oldEvents({ db: bus.db, before })).toEqual({ events: 2 });
    expect((await bus.db.select(events)).map(({ type }) => type)).toEqual(["a.young"]);
    expect([await bus.db.count(eventStarts), await other.db.count(events)]).toEqual([0, 1]);
    expect(await oldEvents({ db: bus.db, before })).toEqual({});
  });

  it("goes too when it is a wait whose time is long over, or a result that nobody asks for", async () => {
    const { db, time } = await busIn(h);
    const wait = (step_key: string, until: number | null) => db.insert(eventWaits, { execution_id: "e", step_key, type: "a.b", match: {}, since: 1, until });
    const result = (key: string, created_at: number) => db.insert(actionResults, { key, execution_id: "e", action: "events.publish", result: "j1", created_at });
    await db.batch([wait("over", 5), wait("forever", null), wait("later", time.now), result("old", 5), result("young", time.now)]);
    expect(await oldWaitsAndResults({ db, before: time.now - day })).toEqual({ event_waits: 1, action_results: 1 });
    expect((await db.select(eventWaits)).map(({ step_key }) => step_key).sort()).toEqual(["forever", "later"]);
    expect((await db.select(actionResults)).map(({ key }) => key)).toEqual(["young"]);
  });
});
