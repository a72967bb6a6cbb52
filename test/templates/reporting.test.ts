/** Templates that report and clean up, in virtual time. */
import { describe, expect, it } from "vitest";
import digest from "../../workflows/templates/reporting/weekly-ticket-digest.ts";
import report from "../../workflows/templates/reporting/quarterly-pipeline-report.ts";
import { endOf, mailsOf, starting } from "./support.ts";

describe("weekly-ticket-digest", () => {
  const tickets = [{ subject: "One" }, { subject: "Two", status: "assigned", assignee_id: "tess" }, { subject: "Three", status: "closed" }];

  it("mails the week's numbers to the managers", async () => {
    const run = await starting(digest)({}, { tickets });
    expect([endOf(run), mailsOf(run)]).toMatchObject([{ mailed: 1, open: 2 }, [{ to: ["mia@example.com"], subject: "Tickets of the week: 3 new, 2 open", text: "New: 3\nSolved: 0\nOpen now: 2\nLate: 0" }]]);
  });

  it("mails nothing when nobody has the role", async () => {
    const run = await starting(digest)({}, { tickets }, { vars: { DIGEST_ROLE: "editor" } });
    expect([endOf(run), mailsOf(run)]).toEqual([{ mailed: 0, open: 2 }, []]);
  });
});

describe("quarterly-pipeline-report", () => {
  const records = {
    pipelines: [{ id: "p-1", name: "Sales", position: 1 }],
    stages: [{ id: "s-2", name: "Offer", pipeline_id: "p-1", position: 2 }, { id: "s-1", name: "New", pipeline_id: "p-1", position: 1 }, { id: "s-3", name: "Won", pipeline_id: "p-1", position: 3, type: "won" }],
    deals: [{ name: "A", stage_id: "s-1", value: 100, currency: "EUR" }, { name: "B", stage_id: "s-1", value: 250, currency: "USD" }, { name: "C", stage_id: "s-3", value: 9, status: "won" }],
  };

  it("sums open deals up by stage and currency", async () => {
    const run = await starting(report)({}, records);
    expect([endOf(run), mailsOf(run)]).toMatchObject([{ pipelines: 1, mailed: 1 }, [{ text: "Sales\n  New: 2 deals, 1.00 EUR + 2.50 USD\n  Offer: 0 deals, 0" }]]);
  });

  it("mails nothing when nobody has the role", async () => {
    const run = await starting(report)({}, records, { vars: { REPORT_ROLE: "editor" } });
    expect([endOf(run), mailsOf(run)]).toEqual([{ pipelines: 1, mailed: 0 }, []]);
  });
});
