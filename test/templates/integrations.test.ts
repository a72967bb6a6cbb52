/** Templates that speak with other systems, in virtual time. */
import { describe, expect, it } from "vitest";
import chat from "../../workflows/templates/integrations/chat-notification.ts";
import github from "../../workflows/templates/integrations/github-push-tasks.ts";
import nightly from "../../workflows/templates/integrations/nightly-contact-sync.ts";
import payment from "../../workflows/templates/integrations/payment-received.ts";
import sync from "../../workflows/templates/integrations/sync-contact.ts";
import { endOf, starting, toldBy } from "./support.ts";

const json = (body: object, status = 200) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const deal = { id: "d-1", name: "Rollout", value: 12_000, currency: "EUR", owner_id: "olga", external_id: "order-1", pipeline_id: "p-1" };

describe("chat-notification", () => {
  const start = (answer: () => Response) => starting(chat)({ deal: { ...deal, company_id: "f-1" } }, { companies: [{ id: "f-1", name: "Acme" }] }, { secrets: { CHAT_HOOK: ["hooks.slack.com"] }, stubs: { fetch: answer } });

  it("posts the deal to the address with the secret", async () => {
    const run = await start(() => new Response("ok"));
    expect([endOf(run), run.effects]).toMatchObject([{ posted: true }, [{ method: "POST", url: expect.stringMatching(/^https:\/\/hooks\.slack\.com\/services\/.*CHAT_HOOK/), body: JSON.stringify({ text: "Won: Rollout of Acme, €120.00" }) }]]);
  });

  it("tells the managers instead when the chat does not answer for long", async () => {
    const run = await start(() => new Response("down", { status: 503 }));
    await run.advance("1 hour");
    expect([endOf(run), run.effects.length, toldBy(run)]).toEqual([{ posted: false }, 5, [[{ role: "manager" }, "Won: Rollout of Acme, €120.00"]]]);
  });
});

describe("sync-contact", () => {
  const start = (answer: (request: Request) => Response, vars: object = { SYNC_URL: "https://api.example.com/v1" }) =>
    starting(sync)({ id: "c-1" }, { contacts: [{ id: "c-1", name: "Carla", email: "carla@example.com" }] }, { vars: vars as Record<string, unknown>, secrets: { SYNC_TOKEN: ["api.example.com"] }, stubs: { fetch: answer } });

  it("makes the customer, tries again what fails for a moment, and keeps the id", async () => {
    let calls = 0;
    const run = await start(({ method }) => (method === "PUT" && ++calls === 1 ? json({}, 503) : json({ id: "ext-9" })));
    await run.advance("1 hour");
    expect([endOf(run), run.records("contacts")[0]?.["external_id"]]).toEqual([{ external_id: "ext-9" }, "ext-9"]);
    expect(run.effects.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual(["PUT /v1/customers/c-1", "PUT /v1/customers/c-1", "POST /v1/lists/customers/members"]);
    expect(new Set(run.effects.slice(0, 2).map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });

  it("takes the customer back when the list refuses it", async () => {
    const run = await start(({ method }) => (method === "POST" ? json({}, 422) : json({ id: "ext-9" })));
    await run.advance("1 hour");
    expect([run.status, run.effects.map(({ method }) => method), run.records("contacts")[0]?.["external_id"]]).toEqual(["failed", ["PUT", "POST", "DELETE"], null]);
  });

  it("fails at once without the address", async () => {
    const run = await start(() => json({}), {});
    expect([run.error?.message, run.effects]).toEqual(["The variable SYNC_URL is not set.", []]);
  });
});

describe("nightly-contact-sync", () => {
  const contacts = Array.from({ length: 60 }, (_, n) => ({ id: `c-${n}`, name: `N${n}` }));

  it("syncs page by page with a fresh history for each, and counts what failed", async () => {
    const seen: string[] = [];
    const child = ({ id }: { id: string }) => {
      seen.push(id);
      if (id === "c-30") throw new Error("refused");
      return {};
    };
    const run = await starting(nightly)({ scheduled_at: "2025-01-01T02:30:00Z", schedule_id: "s" }, { contacts }, { children: { "my-sync": child as never }, vars: { SYNC_WORKFLOW: "my-sync" }, crashEveryStep: false });
    expect([endOf(run), new Set(seen).size]).toEqual([{ synced: 59, failed: 1 }, 60]);
    expect(run.steps.filter(({ name }) => name === "sync")).toHaveLength(10);
  });

  it("ends at once when nothing has changed, whenever it crashes", async () => {
    const run = await starting(nightly)({}, {});
    expect(endOf(run)).toEqual({ synced: 0, failed: 0 });
  });

  it("gives the same after a crash at every step of a page", async () => {
    const run = await starting(nightly)({}, { contacts: contacts.slice(0, 3) }, { children: { "sync-contact": (() => ({})) as never } });
    expect(endOf(run)).toEqual({ synced: 3, failed: 0 });
  });
});

describe("github-push-tasks", () => {
  const push = { ref: "refs/heads/main", repository: { full_name: "acme/shop" }, commits: [{ id: "0123456789", message: "Fix the cart\n\nTODO: test #7\ntodo: tidy up", url: "https://github.com/acme/shop/commit/0123456789" }] };

  it("makes a task of every TODO line, about the ticket that it names", async () => {
    const run = await starting(github)(push, {}, { actions: { "crm.tickets.find": () => ({ data: [{ id: "t-7" }], next_cursor: null }) } });
    expect(endOf(run)).toEqual({ tasks: ["task-1", "task-2"] });
    expect(run.records("tasks")).toMatchObject([{ title: "test #7 (acme/shop@0123456)", relations: [{ type: "ticket", id: "t-7" }] }, { title: "tidy up (acme/shop@0123456)", relations: [] }]);
  });

  it("makes none twice, and none for another branch", async () => {
    const again = await starting(github)(push, { tasks: [{ title: "test #7 (acme/shop@0123456)" }, { title: "tidy up (acme/shop@0123456)" }] });
    const other = await starting(github)({ ...push, ref: "refs/heads/draft" }, {});
    expect([endOf(again), endOf(other)]).toEqual([{ tasks: [] }, { tasks: [] }]);
  });
});

describe("payment-received", () => {
  const paid = (amount: number, reference = "order-1") => ({ type: "payment.succeeded", data: { reference, amount, currency: "eur" } });
  const records = (more: object = {}) => ({ stages: [{ id: "s-9", name: "Won", type: "won", pipeline_id: "p-1" }], deals: [{ ...deal, ...more }] });

  it("wins the deal that was paid", async () => {
    const run = await starting(payment)(paid(12_000), records());
    expect([endOf(run), run.records("deals"), run.records("activities")]).toMatchObject([{ outcome: "won" }, [{ status: "won", stage_id: "s-9" }], [{ subject: "Paid: 120 EUR" }]]);
  });

  it("leaves another amount to the owner, and a closed deal as it is", async () => {
    const other = await starting(payment)(paid(5), records());
    const closed = await starting(payment)(paid(12_000), records({ status: "lost" }));
    expect([endOf(other), other.records("tasks"), other.records("deals")]).toMatchObject([{ outcome: "another amount" }, [{ assignee_id: "olga" }], [{ status: "open" }]]);
    expect([endOf(closed), closed.records("deals"), closed.records("notes").length]).toMatchObject([{ outcome: "closed before" }, [{ status: "lost" }], 1]);
  });

  it("fails without a deal of that id", async () => {
    const run = await starting(payment)(paid(1, "order-2"), records());
    expect([run.status, run.error?.message]).toEqual(["failed", "No deal has the id order-2 of the payment."]);
  });
});
