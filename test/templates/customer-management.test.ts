/** Templates about customers, in virtual time. */
import { describe, expect, it } from "vitest";
import birthday from "../../workflows/templates/customer_management/birthday-greeting.ts";
import documentRequest from "../../workflows/templates/customer_management/document-request.ts";
import offboarding from "../../workflows/templates/customer_management/customer-offboarding.ts";
import reactivate from "../../workflows/templates/customer_management/reactivate-inactive-customers.ts";
import survey from "../../workflows/templates/customer_management/customer-satisfaction-survey.ts";
import { endOf, mailsOf, starting, toldBy } from "./support.ts";

const carla = { id: "c-1", name: "Carla", email: "carla@example.com", owner_id: "olga" };

describe("customer-satisfaction-survey", () => {
  const closed = { id: "t-1", subject: "Printer burns", status: "closed", customer_id: "c-1", assignee_id: "tess" };
  const start = (ticket: object = closed) => starting(survey)({ ticket: { id: "t-1" } }, { contacts: [carla], tickets: [ticket] });

  it("asks a day later, keeps the score, and has somebody call when it is low", async () => {
    const run = await start();
    expect(mailsOf(run)).toEqual([]);
    await run.advance("24 hours");
    expect(mailsOf(run)).toMatchObject([{ to: "carla@example.com", text: expect.stringContaining("https://survey.example.com/?ticket=t-1") }]);
    await run.publish("csat.answered", { ticket_id: "t-2", score: 5 });
    await run.publish("csat.answered", { ticket_id: "t-1", score: 1, comment: "Still burning" });
    expect([endOf(run), run.records("tickets")[0]?.["satisfaction"]]).toEqual([{ asked: true, score: 1 }, 1]);
    expect(run.records("tasks")).toMatchObject([{ title: "Make up with Carla (1 of 5)", description: "Still burning", assignee_id: "tess" }]);
  });

  it("gives up after a week", async () => {
    const run = await start();
    await run.advance("8 days");
    expect([endOf(run), run.records("tasks")]).toEqual([{ asked: true, score: null }, []]);
  });

  it("does not ask about a ticket that is open again", async () => {
    const run = await start();
    await run.change("tickets", "t-1", { status: "in_progress" });
    await run.advance("24 hours");
    expect([endOf(run), mailsOf(run)]).toEqual([{ asked: false }, []]);
  });
});

describe("birthday-greeting", () => {
  const start = (scheduled_at: string, vars = {}) => starting(birthday)({ scheduled_at, schedule_id: "s" }, { contacts: [{ ...carla, birthday: "1990-05-04" }, { name: "Otto", email: "otto@example.com", birthday: "1990-05-05" }, { name: "Nora", birthday: "2001-05-04" }] }, { vars });

  it("writes to those whose birthday is that day, in whichever year", async () => {
    const run = await start("2025-05-04T09:00:00.000Z", { BIRTHDAY_SUBJECT: "Cheers" });
    expect([endOf(run), mailsOf(run)]).toMatchObject([{ greeted: 1 }, [{ to: "carla@example.com", subject: "Cheers" }]]);
    expect(run.records("activities")).toMatchObject([{ record_id: "c-1", type: "email" }]);
  });

  it("does nothing on other days", async () => {
    const run = await start("2025-05-06T09:00:00.000Z");
    expect([endOf(run), mailsOf(run)]).toEqual([{ greeted: 0 }, []]);
  });
});

describe("reactivate-inactive-customers", () => {
  it("writes to each once, page by page, and marks them", async () => {
    const contacts = Array.from({ length: 60 }, (_, n) => ({ id: `c-${n}`, name: `N${n}`, email: n === 5 ? null : `n${n}@example.com` }));
    const run = await starting(reactivate)({}, { contacts }, { vars: { INACTIVE_DAYS: 0 } });
    expect([endOf(run), mailsOf(run).length]).toEqual([{ written: 59 }, 59]);
    expect(run.records("contacts").filter(({ tags }) => tags.length === 1)).toHaveLength(59);
  });

  it("leaves alone who was heard of, wants no messages, or was written to", async () => {
    const tagged = { ...carla, id: "c-2", tags: ["tag-1"] };
    const quiet = { ...carla, id: "c-3", do_not_contact: true };
    const again = await starting(reactivate)({}, { tags: [{ id: "tag-1", name: "reactivation" }], contacts: [tagged, quiet] }, { vars: { INACTIVE_DAYS: 0 } });
    const fresh = await starting(reactivate)({}, { contacts: [carla] });
    expect([endOf(again), endOf(fresh)]).toEqual([{ written: 0 }, { written: 0 }]);
  });
});

describe("document-request", () => {
  const start = (contact: object = carla) => starting(documentRequest)({ contact_id: "c-1", document: "Passport" }, { contacts: [contact] });

  it("reminds until the document has come", async () => {
    const run = await start();
    await run.advance("3 days");
    await run.publish("document.received", { contact_id: "c-1", document: "Diploma" });
    expect(mailsOf(run)).toHaveLength(2);
    await run.publish("document.received", { contact_id: "c-1", document: "Passport", url: "https://files.example.com/1" });
    expect([endOf(run), run.records("notes")]).toMatchObject([{ received: true }, [{ record_id: "c-1", body: "Received: Passport https://files.example.com/1" }]]);
  });

  it("expires after the third letter, with a task for the owner", async () => {
    const run = await start();
    await run.advance("9 days");
    expect([endOf(run), mailsOf(run).length, run.records("tasks")]).toMatchObject([{ received: false }, 3, [{ title: "Ask Carla for: Passport", assignee_id: "olga" }]]);
  });

  it("has somebody call at once where no mail may be sent", async () => {
    const run = await start({ ...carla, do_not_contact: true });
    expect([endOf(run), mailsOf(run), run.records("tasks").length]).toEqual([{ received: false }, [], 1]);
  });
});

describe("customer-offboarding", () => {
  const records = {
    companies: [{ id: "f-1", name: "Acme" }],
    deals: [{ name: "Open", company_id: "f-1" }, { name: "Won", company_id: "f-1", status: "won" }],
    tickets: [{ subject: "Open", company_id: "f-1" }, { subject: "Another's" }],
  };

  it("closes what is open with the company, and marks it", async () => {
    const run = await starting(offboarding)({ company_id: "f-1", reason: "Too dear" }, records);
    expect([endOf(run), run.records("companies")[0]?.["status"]]).toEqual([{ failed: 0 }, "former"]);
    expect([run.records("deals"), run.records("tickets")]).toMatchObject([[{ status: "lost", lost_reason: "Too dear" }, { status: "won" }], [{ status: "closed" }, { status: "new" }]]);
    expect([run.records("tasks").map(({ title }) => title), toldBy(run)]).toEqual([["Hand Acme its data over"], [[{ role: "manager" }, "Acme has left"]]]);
  });

  it("goes on where a part fails, and makes it a task", async () => {
    const run = await starting(offboarding)({ company_id: "f-1" }, records, { stubs: { steps: { "close tickets": () => { throw Object.assign(new Error("no"), { name: "NonRetryableError" }); } } } });
    await run.advance("1 hour");
    expect([endOf(run), run.records("companies")[0]?.["status"], run.records("tasks").map(({ title }) => title)]).toEqual([{ failed: 1 }, "former", ["Hand Acme its data over", "Check the offboarding of Acme: 1 of 3 steps failed"]]);
  });
});
