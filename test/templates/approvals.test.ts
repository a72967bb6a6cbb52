/** Templates in which people decide, in virtual time. */
import { describe, expect, it } from "vitest";
import discount from "../../workflows/templates/approvals/discount-approval.ts";
import { endOf, starting, toldBy } from "./support.ts";

describe("discount-approval", () => {
  const start = (asked: number) => starting(discount)({ deal_id: "d-1", discount: asked }, { deals: [{ id: "d-1", name: "Rollout", value: 1000, owner_id: "olga" }] });

  it("gives small discounts at once", async () => {
    const run = await start(5);
    expect([endOf(run), run.records("deals")[0]?.["value"], toldBy(run)]).toEqual([{ discount: 5 }, 950, [[{ users: ["olga"] }, "Discount for Rollout: 5 percent"]]]);
  });

  it("has a manager and an administrator approve large ones, who may change them", async () => {
    const run = await start(40);
    await run.decide("approval of manager", { decision: "approved", decidedBy: "mia", answers: { discount: 30 } });
    expect(run.status).toBe("pending_approval");
    await run.decide("approval of admin", { decision: "approved", decidedBy: "ann", answers: { discount: 25 } });
    expect([endOf(run), run.records("deals")[0]?.["value"]]).toEqual([{ discount: 25 }, 750]);
  });

  it("leaves the price when a manager rejects, and asks no administrator", async () => {
    const run = await start(40);
    await run.decide("approval of manager", { decision: "rejected", decidedBy: "mia" });
    expect([endOf(run), run.records("deals")[0]?.["value"], toldBy(run)[0]?.[1]]).toEqual([{ discount: null }, 1000, "Discount for Rollout: rejected"]);
  });

  it("counts as rejected when nobody decides", async () => {
    const run = await start(10);
    await run.advance("3 days");
    expect([endOf(run), run.records("notes").map(({ body }) => body)]).toEqual([{ discount: null }, ["A discount of 10 percent was not approved."]]);
  });
});
