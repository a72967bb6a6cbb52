/** The workflows about leads and deals, in virtual time: days as they are. */
import { testWorkflow } from "everstep/testing";
import { describe, expect, it } from "vitest";
import { contractRenewal, contractRenewals } from "../../workflows/contract-renewal.ts";
import nurture from "../../workflows/lead-nurture.ts";
import stageChange from "../../workflows/stage-change.ts";

interface Mail {
  to: string;
  subject: string;
  text: string;
}
const mailsOf = (run: { acted: { action: string; params: unknown }[] }): Mail[] => run.acted.filter(({ action }) => action === "send_email").map(({ params }) => params as Mail);
const users = [{ id: "olga", role: "member" }, { id: "mia", role: "manager" }];
const contacts = [{ id: "c-1", name: "Carla", email: "carla@example.com" }];
const companies = [{ id: "f-1", name: "Acme Corp" }];

describe("contract-renewal", () => {
  const pipelines = [{ id: "p-1", name: "Renewals" }];
  const stages = ["Running", "In approval", "Offer sent", "Renewed", "Not renewed"].map((name) => ({ id: name, name, pipeline_id: "p-1", type: name === "Renewed" ? "won" : name === "Not renewed" ? "lost" : "open" }));
  const deal = (id: string, expected_close: string | null, stage_id = "Running") => ({ id, name: `Contract ${id}`, value: 5_000_000, currency: "USD", pipeline_id: "p-1", stage_id, expected_close, contact_id: "c-1", company_id: "f-1", owner_id: "olga" });
  const crm = { users, records: { pipelines, stages, contacts, companies, deals: [deal("soon", "2025-01-31"), deal("later", "2025-02-15"), deal("asked", "2025-01-10", "In approval")] } };

  it("is begun for what ends within 30 days, and only once", async () => {
    const run = await testWorkflow(contractRenewals, { crm, crashEveryStep: true });
    expect([run.error, run.output]).toEqual([null, { due: 1, begun: ["soon"] }]);
    expect(run.sent).toMatchObject([{ type: "renewal.due", data: { deal_id: "soon" }, record: { type: "deal", id: "soon" } }]);
    expect(run.records("deals").map(({ stage_id }) => stage_id)).toEqual(["In approval", "Running", "In approval"]);
  });

  it("leaves alone what somebody else changes at that moment", async () => {
    const run = await testWorkflow(contractRenewals, { crm, actions: { "crm.deals.find": () => ({ data: [{ ...deal("soon", "2025-01-31"), version: 2 }], next_cursor: null }) } });
    expect([run.output, run.sent]).toEqual([{ due: 1, begun: [] }, []]);
  });

  const asked = (more: object = {}) => testWorkflow(contractRenewal, { input: { deal_id: "asked" }, crm, crashEveryStep: true, ...more });

  it("goes out with the discount that a manager approves", async () => {
    const run = await asked();
    expect(run.status).toBe("pending_approval");
    await run.advance("2 days");
    await run.decide("terms", { decision: "approved", decidedBy: "mia", answers: { discount: 10, years: 2 } });
    expect([run.error, run.output]).toEqual([null, { decision: "approved", value: 4_500_000 }]);
    expect(run.records("deals").at(-1)).toMatchObject({ stage_id: "Offer sent", value: 4_500_000 });
    expect(mailsOf(run)).toMatchObject([{ to: "carla@example.com", text: expect.stringContaining("2 more years at $45,000.00 a year, 10 percent below") }]);
    expect(run.records("tasks")).toMatchObject([{ title: "Have Acme Corp sign the renewal", assignee_id: "olga", due_at: "2025-01-06T00:00:00.000Z" }]);
  });

  it("ends with the reason when it is rejected", async () => {
    const run = await asked();
    await run.decide("terms", { decision: "rejected", decidedBy: "mia", comment: "They never paid" });
    expect(run.output).toEqual({ decision: "rejected", value: null });
    expect(run.records("deals").at(-1)).toMatchObject({ stage_id: "Not renewed", status: "lost", lost_reason: "Renewal not approved: They never paid" });
    expect([mailsOf(run), run.records("tasks")]).toMatchObject([[], [{ title: "Tell Acme Corp that the contract ends", assignee_id: "olga" }]]);
  });

  it("counts as rejected after five days", async () => {
    const run = await asked();
    await run.advance("4 days");
    expect(run.status).toBe("pending_approval");
    await run.advance("1 day");
    expect([run.error, run.output]).toEqual([null, { decision: "rejected", value: null }]);
  });
});

describe("lead-nurture", () => {
  const lead = { id: "l-1", name: "Lea", email: "lea@example.com", company_name: "Lemon", owner_id: "olga" };
  const start = (more: object = {}) => testWorkflow(nurture, { input: lead, crm: { users, records: { leads: [{ ...lead, ...more }] } }, crashEveryStep: true });

  it("writes three times, three days apart, and gives up", async () => {
    const run = await start();
    expect(run.records("leads")).toMatchObject([{ status: "contacted" }]);
    const written = [mailsOf(run).length];
    for (let day = 0; day < 9; day++) {
      await run.advance("1 day");
      written.push(mailsOf(run).length);
    }
    expect(written).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 3]);
    expect(run.output).toEqual({ outcome: "lost", touches: 3 });
    expect(mailsOf(run)[1]).toMatchObject({ subject: "Lea, how others do it", text: expect.stringContaining("companies like Lemon") });
    expect(run.records("leads")).toMatchObject([{ status: "lost", lost_reason: "No answer to 3 messages" }]);
    expect(run.records("activities")).toHaveLength(3);
  });

  it("stops writing and has the owner call when an answer comes", async () => {
    const run = await start({ score: 15 });
    await run.advance("4 days");
    await run.change("leads", "l-1", { last_reply_at: run.now.toISOString() });
    expect([run.error, run.output]).toEqual([null, { outcome: "replied", touches: 2 }]);
    expect(run.records("leads")).toMatchObject([{ status: "qualified", score: 35 }]);
    expect(run.records("tasks")).toMatchObject([{ title: "Call Lea", priority: "high", assignee_id: "olga", relations: [{ type: "lead", id: "l-1" }] }]);
  });

  it("qualifies a lead of high score that does not answer", async () => {
    const run = await start({ score: 60 });
    await run.advance("9 days");
    expect([run.output, run.records("tasks")]).toMatchObject([{ outcome: "worth a call", touches: 3 }, [{ priority: "normal" }]]);
  });

  it("leaves to people what they have taken over", async () => {
    const run = await start();
    await run.advance("1 day");
    await run.change("leads", "l-1", { status: "unqualified" });
    await run.advance("2 days");
    expect([run.output, mailsOf(run).length, run.records("leads")]).toMatchObject([{ outcome: "taken over", touches: 1 }, 1, [{ status: "unqualified" }]]);
  });
});

describe("stage-change", () => {
  const deal = { id: "d-1", name: "Big one", contact_id: "c-1", owner_id: "olga" };
  const start = (to_stage: object, contact: object = {}) => testWorkflow(stageChange, { input: { deal, from_stage: { id: "s-1" }, to_stage, pipeline: { name: "Sales" } }, crm: { users, records: { contacts: [{ ...contacts[0], ...contact }], deals: [deal] } }, crashEveryStep: true });

  it("writes to the contact, and makes a task for the owner", async () => {
    const run = await start({ name: "Proposal", type: "open" });
    expect([run.error, run.output]).toEqual([null, { mailed: true, task: "task-1" }]);
    expect(mailsOf(run)).toMatchObject([{ to: "carla@example.com", subject: "Big one: Proposal" }]);
    expect(run.records("tasks")).toMatchObject([{ title: "Follow up on Big one: Proposal", assignee_id: "olga", due_at: "2025-01-03T00:00:00.000Z", relations: [{ type: "deal", id: "d-1" }] }]);
  });

  it.each([
    ["a deal that was lost", { name: "Lost", type: "lost" }, {}, "Ask why Big one was lost"],
    ["a contact who wants no messages", { name: "Won", type: "won" }, { do_not_contact: true }, "Hand Big one over to delivery"],
  ])("writes nothing about %s", async (_of, stage, contact, title) => {
    const run = await start(stage, contact);
    expect([mailsOf(run), run.records("tasks")]).toMatchObject([[], [{ title }]]);
  });
});
