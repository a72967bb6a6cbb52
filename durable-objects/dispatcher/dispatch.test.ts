import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { delayAfter, drain, failureOf, mostAttempts } from "./dispatch.ts";
import { event, testOutbox, type TestOutbox } from "./testing.ts";

const minute = 60_000;
const idsOf = (rows: { id: string }[]): string[] => rows.map(({ id }) => id);
const statuses = ({ rows }: TestOutbox): string[] => rows.map(({ status }) => status);

/** Until nothing is pending any more. */
async function drainAll({ ports, time }: TestOutbox): Promise<void> {
  for (let next = await drain(ports); next !== null; next = await drain(ports)) time.now = next;
}

describe("the dispatcher", () => {
  it("takes every event to those concerned and says that nothing is left", async () => {
    const box = testOutbox(Array.from({ length: 300 }, () => event(null)));
    expect(await drain(box.ports)).toBeNull();
    expect(new Set(statuses(box))).toEqual(new Set(["dispatched"]));
    expect(box.delivered).toHaveLength(300);
  });

  it("deals with several records at once, and with no more than sixteen", async () => {
    const box = testOutbox(Array.from({ length: 100 }, (_, index) => event(`r${index}`)));
    await drain(box.ports);
    expect(box.most()).toBe(16);
  });

  it("takes the events of one record one after another, in their order", async () => {
    const rows = [event("a"), event("b"), event("a"), event("a"), event("b")];
    const box = testOutbox(rows);
    await drain(box.ports);
    const of = (record: string) => box.delivered.filter((id) => rows.find((row) => row.id === id)?.record_id === record);
    expect(of("a")).toEqual(idsOf(rows.filter(({ record_id }) => record_id === "a")));
    expect(of("b")).toEqual(idsOf(rows.filter(({ record_id }) => record_id === "b")));
  });

  it("tries a failing event again later, holds back its record's next ones, and no others", async () => {
    const rows = [event("a"), event("a"), event("b"), event(null)];
    const box = testOutbox(rows, (one, attempt) => {
      if (one === rows[0] || one.id === rows[0]?.id) if (attempt < 3) throw new Error("not reached");
    });
    expect(await drain(box.ports)).toBe(box.time.now + 1_000);
    expect(statuses(box)).toEqual(["pending", "pending", "dispatched", "dispatched"]);
    expect(rows[0]).toMatchObject({ attempts: 1, error: "not reached" });
    box.time.now += 1_000;
    expect(await drain(box.ports)).toBe(box.time.now + 2_000);
    box.time.now += 2_000;
    expect(await drain(box.ports)).toBeNull();
    expect(statuses(box)).toEqual(["dispatched", "dispatched", "dispatched", "dispatched"]);
    expect(box.delivered.at(-1)).toBe(rows[1]?.id);
  });

  it("gives an event up after twelve attempts over half an hour, and goes on with the next of its record", async () => {
    const rows = [event("a"), event("a")];
    const box = testOutbox(rows, (one) => {
      if (one.id === rows[0]?.id) throw new Error("never");
    });
    const began = box.time.now;
    await drainAll(box);
    expect(rows[0]).toMatchObject({ status: "dead", attempts: mostAttempts, error: "never" });
    expect(rows[1]).toMatchObject({ status: "dispatched" });
    expect(box.delivered.filter((id) => id === rows[0]?.id)).toHaveLength(mostAttempts);
    expect(box.time.now - began).toBeGreaterThan(15 * minute);
  });

  it("never gives up what only met limits of the plan", async () => {
    const rows = [event(null)];
    const box = testOutbox(rows, (_, attempt) => {
      if (attempt < 50) throw new AggregateError([new PlatformError("plan-limit", "full"), new PlatformError("rate-limited", "busy")]);
    });
    await drainAll(box);
    expect(rows[0]).toMatchObject({ status: "dispatched", attempts: 8 });
    // One that fails for another reason as well is no mere limit.
    const both = failureOf({ attempts: 11 }, new AggregateError([new PlatformError("plan-limit", "full"), new Error("broken")]), 0);
    expect(both).toMatchObject({ dead: true, error: "full; broken" });
  });

  it("stops when the outbox does not answer, and repeats then what was not marked", async () => {
    const rows = [event("a"), event("a")];
    const box = testOutbox(rows);
    const broken = { ...box.ports, dispatched: () => Promise.reject(new Error("no database")) };
    await expect(drain(broken)).rejects.toThrow("no database");
    expect(statuses(box)).toEqual(["pending", "pending"]);
    await drain(box.ports);
    expect(statuses(box)).toEqual(["dispatched", "dispatched"]);
    expect(box.delivered).toEqual([rows[0]?.id, rows[0]?.id, rows[1]?.id]);
  });

  it("waits longer and longer, ten minutes at most", () => {
    expect([1, 2, 3, 10, 11, 30].map(delayAfter)).toEqual([1_000, 2_000, 4_000, 512_000, 600_000, 600_000]);
  });
});

describe("whatever fails and wherever it crashes", () => {
  it("each event is taken at least once and ends, and each record's events are first taken in their order", async () => {
    const plan = fc.record({
      records: fc.array(fc.constantFrom(null, "a", "b", "c"), { minLength: 1, maxLength: 25 }),
      // Which deliveries fail, and after how many operations the process dies: each time once more.
      failing: fc.array(fc.boolean(), { maxLength: 40 }),
      crashes: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ records, failing, crashes }) => {
        const rows = records.map((record) => event(record));
        let delivery = 0;
        const box = testOutbox(rows, () => {
          if (failing[delivery++] === true) throw new Error("fails");
        });
        for (const after of [...crashes, Number.POSITIVE_INFINITY]) {
          let operations = 0;
          const mortal = <A extends unknown[], R>(operation: (...args: A) => Promise<R>) => async (...args: A): Promise<R> => {
            if (++operations > after) throw new Error("crash");
            return operation(...args);
          };
          const { ready, dispatched, failed, nextDue, deliver } = box.ports;
          // A dead process delivers nothing more either: what it began may have arrived or not.
          const ports = { ...box.ports, ready: mortal(ready), dispatched: mortal(dispatched), failed: mortal(failed), nextDue: mortal(nextDue), deliver: (one: Parameters<typeof deliver>[0]) => (operations > after ? new Promise<never>((_, reject) => reject(new Error("crash"))) : deliver(one)) };
          await drainAll({ ...box, ports }).catch(() => {});
        }
        expect(rows.filter(({ status }) => status === "pending")).toEqual([]);
        for (const record of ["a", "b", "c"]) {
          const mine = idsOf(rows.filter(({ record_id }) => record_id === record));
          const first = [...new Set(box.delivered)].filter((id) => mine.includes(id));
          expect(first).toEqual(mine);
        }
        expect(new Set(box.delivered)).toEqual(new Set(idsOf(rows)));
      }),
      { numRuns: 300 },
    );
  });
});
