/** The workflows about tickets, in virtual time: 24 hours and 7 days as they are. */
import { testWorkflow } from "everstep/testing";
import { describe, expect, it } from "vitest";
import assignTicket from "../../workflows/assign-ticket.ts";
import survey from "../../workflows/satisfaction-survey.ts";

const users = [
  { id: "tess", role: "technician" },
  { id: "tom", role: "technician" },
  { id: "gone", role: "technician", status: "disabled" as const },
  { id: "mia", role: "manager" },
];
const contacts = [{ id: "c-1", name: "Carla", email: "carla@example.com" }];
const open = (id: string, assignee_id: string) => ({ id, subject: "Older", status: "assigned", assignee_id });
const made = { id: "t-1", subject: "Printer burns", description: "Quickly", priority: "critical", status: "new", customer_id: "c-1", assignee_id: null };
/** As events carry it. */
const ticket = { ...made, number: 7, first_response_due_at: null };

interface Mail {
  to: string;
  subject: string;
  text: string;
}
const mailsOf = (run: { acted: { action: string; params: unknown }[] }): Mail[] => run.acted.filter(({ action }) => action === "send_email").map(({ params }) => params as Mail);

describe("assign-ticket", () => {
  const start = (records: Record<string, unknown>[], input: object = ticket, more: object = {}) => testWorkflow(assignTicket, { input, crm: { users, records: { contacts, tickets: [made, ...records] } }, crashEveryStep: true, ...more });

  it("gives the ticket to the technician with the fewest open ones, and tells both", async () => {
    const run = await start([open("t-2", "tess"), open("t-3", "tess"), open("t-4", "tom"), { ...open("t-5", "tom"), status: "closed" }]);
    expect([run.error, run.output]).toEqual([null, { assigned_to: "tom", by: "load" }]);
    expect(run.records("tickets")[0]).toMatchObject({ assignee_id: "tom" });
    expect(mailsOf(run).map(({ to, subject }) => [to, subject])).toEqual([["tom@example.com", "[Ticket #7] is yours"], ["carla@example.com", "Your ticket #7 has been received"]]);
  });

  it("tells the managers when there is no technician", async () => {
    const run = await start([], ticket, { vars: { TECHNICIANS: "plumber" } });
    expect(run.output).toEqual({ assigned_to: null, by: "nobody" });
    expect(run.acted.at(-1)).toMatchObject({ action: "notify", params: { to: { role: "manager" }, title: "Nobody can take ticket #7: Printer burns" }, result: { users: ["mia"] } });
    expect(mailsOf(run)).toEqual([]);
  });

  it("leaves a ticket with whom it was given to by hand", async () => {
    const run = await start([], { ...ticket, assignee_id: "mia" });
    expect([run.output, run.acted]).toEqual([{ assigned_to: "mia", by: "hand" }, []]);
  });
});

describe("satisfaction-survey", () => {
  const start = (more: object = {}) => testWorkflow(survey, { input: { ticket: { ...ticket, status: "closed" } }, crm: { users, records: { contacts, tickets: [{ id: "t-1", subject: "Printer burns", status: "closed", customer_id: "c-1" }] } }, crashEveryStep: true, ...more });

  it("asks after 24 hours and not before, and keeps the answer with the ticket", async () => {
    const run = await start();
    await run.advance("23 hours");
    expect(mailsOf(run)).toEqual([]);
    await run.advance("1 hour");
    expect(mailsOf(run)).toMatchObject([{ to: "carla@example.com", subject: "How was ticket #7?", text: expect.stringContaining("https://survey.example.com/?ticket=t-1") }]);
    await run.publish("survey.answered", { ticket_id: "another", score: 1 });
    expect(run.status).toBe("waiting");
    await run.advance("6 days");
    await run.publish("survey.answered", { ticket_id: "t-1", score: 5 });
    expect(run.output).toEqual({ asked: true, score: 5 });
    expect(run.records("tickets")[0]).toMatchObject({ satisfaction: 5 });
    expect(run.records("tasks")).toEqual([]);
  });

  it("makes a task for a manager when somebody is discontent", async () => {
    const run = await start();
    await run.advance("24 hours");
    await run.publish("survey.answered", { ticket_id: "t-1", score: 2, comment: "It burned" });
    expect(run.records("tasks")).toMatchObject([{ title: "Call Carla: 2 of 5 for ticket #7", assignee_id: "mia", priority: "high", due_at: "2025-01-03T00:00:00.000Z" }]);
    expect(run.records("notes")).toMatchObject([{ body: "Survey, 2 of 5: It burned", record_id: "t-1" }]);
  });

  it("gives up after seven days without an answer", async () => {
    const run = await start();
    await run.advance("24 hours");
    await run.advance("6 days");
    expect(run.status).toBe("waiting");
    await run.advance("1 day");
    expect(run.output).toEqual({ asked: true, score: null });
  });

  it("asks nobody about a ticket that was opened again, nor who wants no messages", async () => {
    const run = await start();
    await run.change("tickets", "t-1", { status: "in_progress" });
    await run.advance("24 hours");
    expect([run.output, mailsOf(run)]).toEqual([{ asked: false, why: "open again" }, []]);
    const silent = await start();
    await silent.change("contacts", "c-1", { do_not_contact: true });
    await silent.advance("24 hours");
    expect([silent.output, mailsOf(silent)]).toEqual([{ asked: false, why: "nobody to ask" }, []]);
  });
});
