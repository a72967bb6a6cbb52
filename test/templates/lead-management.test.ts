/** Templates about leads, in virtual time. */
import { describe, expect, it } from "vitest";
import roundRobin from "../../workflows/templates/lead_management/round-robin-leads.ts";
import scoring from "../../workflows/templates/lead_management/lead-scoring.ts";
import webForm from "../../workflows/templates/lead_management/web-form-lead.ts";
import welcome from "../../workflows/templates/lead_management/lead-welcome-sequence.ts";
import winBack from "../../workflows/templates/lead_management/lost-lead-win-back.ts";
import { endOf, mailsOf, starting, toldBy } from "./support.ts";

const lea = { id: "l-1", name: "Lea", email: "lea@example.com", owner_id: "olga" };

describe("lead-welcome-sequence", () => {
  const start = () => starting(welcome)({ id: "l-1" }, { leads: [{ ...lea, source: "website" }] }, { vars: { WELCOME_SENDER: "Olga" } });

  it("writes three times over two weeks, and leaves the decision to the owner", async () => {
    const run = await start();
    const written = [mailsOf(run).length];
    for (const days of ["2 days", "5 days", "7 days"] as const) {
      await run.advance(days);
      written.push(mailsOf(run).length);
    }
    expect([endOf(run), written]).toEqual([{ written: 3, answered: false }, [1, 2, 3, 3]]);
    expect([mailsOf(run)[1], run.records("tasks")]).toMatchObject([{ subject: "Lea, three ways to begin", text: expect.stringMatching(/Olga$/) }, [{ priority: "low", assignee_id: "olga" }]]);
  });

  it("stops and has the owner call when the lead answers", async () => {
    const run = await start();
    await run.change("leads", "l-1", { last_reply_at: "2025-01-02T00:00:00Z" });
    await run.advance("2 days");
    expect([endOf(run), run.records("tasks")]).toMatchObject([{ written: 1, answered: true }, [{ title: "Lea has answered: call", type: "call" }]]);
  });
});

describe("lead-scoring", () => {
  const start = (type: string, score: number) => starting(scoring)({ record_type: "lead", record_id: "l-1", type }, { leads: [{ ...lea, score }] });

  it("qualifies a lead that gets over the threshold, tells its owner and others", async () => {
    const run = await start("meeting", 35);
    expect([endOf(run), run.records("leads")]).toMatchObject([{ score: 55, hot: true }, [{ score: 55, status: "qualified" }]]);
    expect([run.sent, toldBy(run)]).toMatchObject([[{ type: "lead.hot", data: { lead_id: "l-1", score: 55 } }], [[{ users: ["olga"] }, "Lea is hot: 55 points"]]]);
  });

  it("only adds up below it, and says it once above it", async () => {
    const [below, above] = [await start("call", 10), await start("email", 60)];
    expect([endOf(below), endOf(above), below.sent, above.sent]).toEqual([{ score: 20, hot: false }, { score: 65, hot: false }, [], []]);
  });
});

describe("round-robin-leads", () => {
  const start = () => starting(roundRobin)({ id: "l-1", name: "Lea" }, { leads: [{ ...lea, owner_id: null }] });

  it("leaves the lead with whoever has called", async () => {
    const run = await start();
    expect(run.records("leads")[0]?.["owner_id"]).toBe("olga");
    await run.advance("1 hour");
    await run.change("leads", "l-1", { status: "contacted" });
    await run.advance("1 hour");
    expect([endOf(run), run.records("tasks").map(({ assignee_id }) => assignee_id)]).toEqual([{ owner: "paul", round: 2 }, ["olga", "paul"]]);
  });

  it("tells the managers when three have not", async () => {
    const run = await start();
    await run.advance("3 hours");
    expect([endOf(run), toldBy(run)]).toEqual([{ owner: null, round: 3 }, [[{ role: "manager" }, "Nobody has called Lea"]]]);
  });
});

describe("web-form-lead", () => {
  const form = { name: "Lea", email: "LEA@example.com", message: "Call me" };

  it("makes a lead of a stranger, with the message, and says thanks", async () => {
    const run = await starting(webForm)(form, {}, { trigger: { kind: "webhook" } as never });
    expect([endOf(run), run.records("leads"), run.records("notes")]).toMatchObject([{ lead_id: "lead-1" }, [{ name: "Lea", email: "lea@example.com", source: "website" }], [{ record_id: "lead-1", body: "Call me" }]]);
    expect(mailsOf(run)).toMatchObject([{ to: "lea@example.com" }]);
  });

  it("makes no double of a lead, nor of a contact", async () => {
    const known = await starting(webForm)(form, { leads: [lea] });
    const customer = await starting(webForm)(form, { contacts: [{ ...lea, id: "c-1" }] });
    expect([endOf(known), known.records("leads").length]).toEqual([{ lead_id: "l-1", contact_id: null }, 1]);
    expect([endOf(customer), customer.records("leads"), customer.records("notes")]).toMatchObject([{ lead_id: null, contact_id: "c-1" }, [], [{ record_id: "c-1" }]]);
  });

  it("refuses what is no form", async () => {
    const run = await starting(webForm)({ name: "Lea" }, {});
    expect([run.status, run.acted]).toEqual(["failed", []]);
  });
});

describe("lost-lead-win-back", () => {
  const start = () => starting(winBack)({ id: "l-1", tags: [] }, { leads: [{ ...lea, status: "lost", lost_reason: "Too early", last_reply_at: "2024-12-01T00:00:00.000Z" }] });

  it("writes after 90 days, and gives who answers back to the owner", async () => {
    const run = await start();
    await run.advance("89 days");
    expect(mailsOf(run)).toEqual([]);
    await run.advance("1 day");
    expect(mailsOf(run)).toMatchObject([{ to: "lea@example.com" }]);
    await run.change("leads", "l-1", { city: "Lima" });
    expect(run.status).toBe("waiting");
    await run.change("leads", "l-1", { last_reply_at: run.now.toISOString() });
    expect([endOf(run), run.records("leads"), run.records("tasks")]).toMatchObject([{ outcome: "won back" }, [{ status: "contacted", lost_reason: null }], [{ assignee_id: "olga" }]]);
  });

  it("leaves a lead lost that does not answer", async () => {
    const run = await start();
    await run.advance("104 days");
    expect([endOf(run), run.records("leads")]).toMatchObject([{ outcome: "no answer" }, [{ status: "lost" }]]);
  });

  it("writes to nobody twice", async () => {
    const run = await starting(winBack)({ id: "l-1", tags: ["tag-1"] }, { tags: [{ id: "tag-1", name: "win-back" }], leads: [{ ...lea, status: "lost", tags: ["tag-1"] }] });
    expect([endOf(run), run.records("leads")]).toMatchObject([{ outcome: "written to before" }, [{ status: "lost" }]]);
  });

  it("does not write to one that is not lost any more", async () => {
    const run = await start();
    await run.change("leads", "l-1", { status: "new" });
    await run.advance("90 days");
    expect([endOf(run), mailsOf(run)]).toEqual([{ outcome: "not lost any more" }, []]);
  });
});
