/** Templates about deals, their onboarding and their approvals, in virtual time. */
import { describe, expect, it } from "vitest";
import bigDeal from "../../workflows/templates/sales/big-deal-alert.ts";
import followUp from "../../workflows/templates/sales/deal-stage-follow-up.ts";
import invoice from "../../workflows/templates/sales/invoice-reminders.ts";
import renewal from "../../workflows/templates/sales/contract-renewal-reminder.ts";
import { endOf, mailsOf, starting, toldBy } from "./support.ts";

const carla = { id: "c-1", name: "Carla", email: "carla@example.com" };
const deal = { id: "d-1", name: "Rollout", value: 5_000_000, currency: "EUR", owner_id: "olga", contact_id: "c-1" };

describe("deal-stage-follow-up", () => {
  const start = (to_stage: object, now: object = {}) => starting(followUp)({ deal, to_stage }, { contacts: [carla], deals: [{ ...deal, stage_id: "s-2", ...now }] });

  it("gives the owner a task, and reminds three times, the last time the managers", async () => {
    const run = await start({ id: "s-2", name: "Proposal", type: "open" });
    expect(run.records("tasks")).toMatchObject([{ title: "Next step with Rollout: Proposal", assignee_id: "olga" }]);
    await run.advance("15 days");
    expect([endOf(run), toldBy(run).map(([to]) => to)]).toEqual([{ reminders: 3 }, [{ users: ["olga"] }, { users: ["olga"] }, { role: "manager" }]]);
  });

  it("stops reminding when the deal moves on", async () => {
    const run = await start({ id: "s-2", name: "Proposal", type: "open" });
    await run.advance("5 days");
    await run.change("deals", "d-1", { stage_id: "s-3" });
    await run.advance("5 days");
    expect(endOf(run)).toEqual({ reminders: 1 });
  });

  it.each([["won", "Thank Rollout and hand it over"], ["lost", "Find out why Rollout was lost"]])("makes one task for a deal that was %s", async (type, title) => {
    const run = await start({ id: "s-9", name: "End", type });
    expect([endOf(run), run.records("tasks")]).toMatchObject([{ reminders: 0 }, [{ title }]]);
  });
});

describe("big-deal-alert", () => {
  it("marks a large deal, and tells owner and managers", async () => {
    const run = await starting(bigDeal)(deal, { deals: [deal] });
    expect([endOf(run), run.records("tags")]).toMatchObject([{ big: true }, [{ name: "big deal" }]]);
    expect(toldBy(run)).toEqual([[{ users: ["olga"] }, "A big one: Rollout"], [{ role: "manager" }, "Big deal: Rollout, €50,000.00"]]);
  });

  it("gives one that is nobody's to a manager, and leaves small ones alone", async () => {
    const nobodys = { ...deal, owner_id: null };
    const [run, small] = [await starting(bigDeal)(nobodys, { deals: [nobodys] }), await starting(bigDeal)(deal, { deals: [deal] }, { vars: { BIG_DEAL: 9_000_000 } })];
    expect([run.records("deals")[0]?.["owner_id"], endOf(small), small.acted]).toEqual(["mia", { big: false }, []]);
  });
});

describe("contract-renewal-reminder", () => {
  const start = (now: object = {}) => starting(renewal)({ deal: { ...deal, closed_at: "2025-01-01T00:00:00.000Z" } }, { contacts: [carla], deals: [{ ...deal, status: "won", ...now }] });

  it("begins the renewal 60 days before the contract ends", async () => {
    const run = await start();
    await run.advance("304 days");
    expect(run.records("deals")).toHaveLength(1);
    await run.advance("1 day");
    expect([endOf(run), run.records("deals")[1]]).toMatchObject([{ renewal: "deal-2" }, { name: "Rollout: renewal", value: 5_000_000, expected_close: "2026-01-01", owner_id: "olga" }]);
    expect([run.records("tasks"), mailsOf(run)]).toMatchObject([[{ title: "Renew Rollout before 2026-01-01", assignee_id: "olga" }], [{ to: "carla@example.com" }]]);
  });

  it("does not renew what is not won any more", async () => {
    const run = await start({ status: "lost" });
    await run.advance("305 days");
    expect([endOf(run), run.records("deals").length]).toEqual([{ renewal: null }, 1]);
  });
});

describe("invoice-reminders", () => {
  const start = () => starting(invoice)({ number: "R-7", contact_id: "c-1", amount: "120 EUR", due_at: "2025-01-15T00:00:00Z" }, { contacts: [carla] });

  it("reminds nobody who pays in time", async () => {
    const run = await start();
    await run.advance("5 days");
    await run.publish("invoice.paid", { number: "R-7" });
    expect([endOf(run), mailsOf(run)]).toEqual([{ paid: true, reminders: 0 }, []]);
  });

  it("stops at the payment, and takes no other for it", async () => {
    const run = await start();
    await run.advance("18 days");
    await run.publish("invoice.paid", { number: "R-8" });
    expect(mailsOf(run).map(({ subject }) => subject)).toEqual(["Invoice R-7, 120 EUR", "Invoice R-7, 120 EUR"]);
    await run.publish("invoice.paid", { number: "R-7" });
    expect(endOf(run)).toEqual({ paid: true, reminders: 2 });
  });

  it("has somebody call after the third reminder", async () => {
    const run = await start();
    await run.advance("31 days");
    expect([endOf(run), mailsOf(run).length, run.records("tasks").length, toldBy(run).length]).toEqual([{ paid: false, reminders: 3 }, 3, 1, 1]);
  });
});
