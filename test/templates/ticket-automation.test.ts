/** Templates about tickets, in virtual time. */
import { describe, expect, it } from "vitest";
import autoAssign from "../../workflows/templates/ticket_automation/auto-assign-tickets.ts";
import escalate from "../../workflows/templates/ticket_automation/escalate-late-tickets.ts";
import reopen from "../../workflows/templates/ticket_automation/reopen-on-reply.ts";
import vipAlert from "../../workflows/templates/ticket_automation/vip-ticket-alert.ts";
import { endOf, starting, toldBy } from "./support.ts";

const ticket = { id: "t-1", subject: "Printer burns", priority: "normal", status: "new" };
/** As events carry it. */
const made = { ...ticket, number: 7, assignee_id: null, customer_id: "c-1" };

describe("auto-assign-tickets", () => {
  const start = starting(autoAssign);

  it("gives critical tickets to a senior and tells them", async () => {
    const run = await start({ ...made, priority: "critical" }, { tickets: [ticket] });
    expect([endOf(run), run.records("tickets")[0]?.["assignee_id"]]).toEqual([{ assigned: true }, "mia"]);
    expect(toldBy(run)).toEqual([[{ role: "manager" }, "Critical: ticket #7"]]);
  });

  it("gives high ones to the technician with the fewest open tickets", async () => {
    const run = await start({ ...made, priority: "high" }, { tickets: [ticket, { subject: "Older", status: "assigned", assignee_id: "tess" }] });
    expect([endOf(run), run.records("tickets")[0]?.["assignee_id"]]).toEqual([{ assigned: true }, "tom"]);
  });

  it("tells the managers when nobody has the role", async () => {
    const run = await start(made, { tickets: [ticket] }, { vars: { TECHNICIANS: "plumber" } });
    expect([endOf(run), toldBy(run)]).toEqual([{ assigned: false }, [[{ role: "manager" }, "Nobody can take ticket #7"]]]);
  });
});

describe("escalate-late-tickets", () => {
  const late = { ...ticket, number: 7, assignee_id: "tess", resolve_due_at: "2025-01-01T00:30:00.000Z" };
  const found = (...data: object[]) => ({ actions: { "crm.tickets.find": () => ({ data, next_cursor: null }) } });

  it("tells managers and assignee, and marks the ticket", async () => {
    const run = await starting(escalate)({}, { tickets: [ticket] }, found(late));
    expect([endOf(run), toldBy(run).map(([to]) => to)]).toEqual([{ escalated: [7] }, [{ role: "manager" }, { users: ["tess"] }]]);
    expect(run.records("tickets")[0]?.tags).toEqual(run.records("tags").map(({ id }) => id));
  });

  it("asks for tickets that are due and not marked yet, and does nothing without any", async () => {
    const asked: unknown[] = [];
    const run = await starting(escalate)({}, { tags: [{ id: "tag-9", name: "urgent" }] }, { vars: { ESCALATION_TAG: "urgent", ESCALATION_HOURS: 3 }, actions: { "crm.tickets.find": ({ filter }: { filter: unknown }) => (asked.push(filter), { data: [], next_cursor: null }) } });
    expect([endOf(run), run.acted.length]).toEqual([{ escalated: [] }, 2]);
    expect(asked).toMatchObject([{ resolve_due_at: { $lte: "@now+3h" }, $not: { tags: "tag-9" } }]);
  });
});

describe("reopen-on-reply", () => {
  const reply = { record_type: "ticket", record_id: "t-1", subject: "It burns again" };

  it("opens the ticket again and tells whoever had it", async () => {
    const run = await starting(reopen)(reply, { tickets: [{ ...ticket, status: "closed", assignee_id: "tom" }] });
    expect([endOf(run), run.records("tickets")[0]?.["status"], toldBy(run)[0]?.[0]]).toEqual([{ reopened: true }, "in_progress", { users: ["tom"] }]);
  });

  it("gives one that nobody had to a technician", async () => {
    const run = await starting(reopen)(reply, { tickets: [{ ...ticket, status: "resolved" }] });
    expect(run.records("tickets")).toMatchObject([{ status: "in_progress", assignee_id: "tess" }]);
  });

  it("leaves open tickets alone", async () => {
    const run = await starting(reopen)(reply, { tickets: [ticket] });
    expect([endOf(run), run.records("tickets")[0]?.["status"]]).toEqual([{ reopened: false }, "new"]);
  });
});

describe("vip-ticket-alert", () => {
  const records = { tickets: [ticket], tags: [{ id: "v", name: "VIP" }], companies: [{ id: "f-1", name: "Acme", tags: ["v"] }] };

  it("raises tickets of contacts whose company has the tag", async () => {
    const run = await starting(vipAlert)(made, { ...records, contacts: [{ id: "c-1", name: "Carla", company_id: "f-1" }] });
    expect([endOf(run), run.records("tickets")[0]?.["priority"], toldBy(run)]).toEqual([{ vip: true }, "critical", [[{ role: "manager" }, "Acme needs help"]]]);
  });

  it("leaves others as they are", async () => {
    const run = await starting(vipAlert)(made, { ...records, contacts: [{ id: "c-1", name: "Carla" }] });
    expect([endOf(run), run.records("tickets")[0]?.["priority"]]).toEqual([{ vip: false }, "normal"]);
  });
});
