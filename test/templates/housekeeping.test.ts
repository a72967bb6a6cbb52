/** Templates that keep records in order, in virtual time. */
import { describe, expect, it } from "vitest";
import duplicates from "../../workflows/templates/housekeeping/duplicate-report.ts";
import quality from "../../workflows/templates/housekeeping/data-quality-check.ts";
import { endOf, starting, toldBy } from "./support.ts";

describe("duplicate-report", () => {
  it("gives a manager a task with the addresses that are there twice", async () => {
    const contacts = Array.from({ length: 120 }, (_, n) => ({ name: `N${n}`, email: `n${n % 118}@example.com` }));
    const run = await starting(duplicates)({}, { contacts });
    expect([endOf(run), run.records("tasks")]).toMatchObject([{ found: 2 }, [{ title: "Clean up contacts: 2 addresses are there twice", assignee_id: "mia" }]]);
    expect(String(run.records("tasks")[0]?.["description"]).split("\n").sort()).toEqual(["n0@example.com", "n1@example.com"]);
  });

  it("makes no task when there are none", async () => {
    const run = await starting(duplicates)({}, { contacts: [{ name: "Carla", email: "c@example.com" }] });
    expect([endOf(run), run.records("tasks")]).toEqual([{ found: 0 }, []]);
  });
});

describe("data-quality-check", () => {
  const records = { leads: [{ name: "Nobody" }, { name: "Lea", email: "l@example.com" }], deals: [{ name: "Some day" }] };

  it("tells the managers, and keeps the numbers for next week", async () => {
    const run = await starting(quality)({}, records);
    expect([endOf(run), toldBy(run)]).toEqual([{ total: 2, worse: true }, [[{ role: "manager" }, "2 records are incomplete"]]]);
    expect(run.acted.find(({ action }) => action === "set_variable")?.params).toMatchObject({ name: "DATA_QUALITY", value: { leads: 1, contacts: 0, deals: 1 } });
  });

  it("is quiet when it has become no worse", async () => {
    const run = await starting(quality)({}, records, { vars: { DATA_QUALITY: { leads: 1, contacts: 0, deals: 1 } } });
    expect([endOf(run), toldBy(run)]).toEqual([{ total: 2, worse: false }, []]);
  });
});
