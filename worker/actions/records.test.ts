/** What executions have done with records: exactly once, whatever is repeated or comes at the same time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listed } from "../http/testing/people.ts";
import { harness, type Tenant } from "../http/testing/harness.ts";
import { acting, historyOf, type Execution } from "../http/testing/acting.ts";

const h = harness();

const created = async (execution: Execution, values: object = {}, key?: string) => {
  const reply = await execution.act("crm.leads.create", { values: { name: "Ada", ...values } }, key);
  return execution.value<{ id: string; version: number }>(reply);
};
const lead = async (tenant: Tenant, id: string) => (await tenant.call("GET", `/leads/${id}`)).body;

describe("an execution", () => {
  it("makes, changes, tags, finds, counts and deletes records", async () => {
    const tenant = await h.newTenant();
    const execution = acting(tenant);
    const { id } = await created(execution, { email: "ada@example.com" });
    expect(await execution.do("crm.leads.update", { id, change: { status: "contacted" } })).toMatchObject({ id, status: "contacted", version: 2 });
    expect(await execution.do("crm.leads.add_tag", { id, tag: "hot", create: true })).toMatchObject({ tags: [expect.any(String)] });
    expect(listed(await tenant.call("GET", "/tags"))).toMatchObject([{ name: "hot" }]);
    expect(await execution.do("crm.leads.find", { filter: { status: "contacted" }, limit: 5 })).toMatchObject({ data: [{ id }], next_cursor: null });
    expect(await execution.do("crm.leads.count", { filter: { status: ["new", "contacted"] } })).toBe(1);
    expect(await execution.do("crm.leads.remove_tag", { id, tag: "hot" })).toMatchObject({ tags: [] });
    expect(await execution.do("crm.leads.get", { id })).toMatchObject({ email: "ada@example.com" });
    expect(await execution.do("crm.leads.delete", { id })).toEqual({ id });
    expect(await execution.do("crm.leads.count", {})).toBe(0);
    expect(await historyOf(tenant, id)).toEqual(["lead.create", "lead.update", "lead.update", "lead.update", "lead.delete"]);
  });

  it("is named in the history, and its events carry the chain that led to them", async () => {
    const tenant = await h.newTenant();
    const { id } = await created(acting(tenant, { executionId: "e-7", workflowId: "greet" }));
    expect(await lead(tenant, id)).toMatchObject({ created_by: "e-7" });
    expect(listed(await tenant.call("GET", `/leads/${id}/history`))).toMatchObject([{ action: "lead.create", actor: { kind: "execution", id: "e-7" } }]);
    const { results } = await acting(tenant).rows("select chain from events where record_id = ?", id);
    expect(JSON.parse(String(results[0]?.["chain"]))).toEqual([{ workflow_id: "greet", execution_id: "e-7" }]);
  });

  it("sees sensitive fields masked, but for those it asks for by name", async () => {
    const tenant = await h.newTenant();
    const execution = acting(tenant);
    const { id } = await execution.do<{ id: string }>("crm.contacts.create", { values: { name: "Ada", tax_id: "529.982.247-25" } });
    expect(JSON.stringify(await execution.do("crm.contacts.get", { id }))).not.toContain("52998224725");
    expect(await execution.do("crm.contacts.get", { id, reveal: ["tax_id"] })).toMatchObject({ tax_id: expect.stringMatching(/^529\.?982\.?247-?25$/) });
    expect(await execution.act("crm.contacts.get", { id, reveal: ["email"] })).toMatchObject({ ok: false, code: "bad-request" });
  });

  it("is refused with the problem's code", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const execution = acting(tenant);
    const { id } = await created(execution);
    for (const [action, params, code] of [
      ["crm.leads.update", { id: "nowhere", change: { score: 1 } }, "not-found"],
      ["crm.leads.update", { id, change: { score: "high" } }, "bad-request"],
      ["crm.leads.update", { id, change: { colour: "red" } }, "bad-request"],
      ["crm.leads.update", { id, change: { score: 1 }, version: 7 }, "version-conflict"],
      ["crm.leads.find", { sort: "birthday" }, "bad-request"],
      ["crm.leads.find", { filter: { colour: 1 } }, "bad-request"],
      ["crm.leads.add_tag", { id, tag: "nowhere" }, "not-found"],
      ["crm.ships.find", {}, "bad-request"],
    ] as const) expect(await execution.act(action, params), action).toMatchObject({ ok: false, code, retryable: false });
    expect(await acting(other).act("crm.leads.get", { id })).toMatchObject({ ok: false, code: "not-found" });
    expect(await acting(other).act("crm.leads.update", { id, change: { score: 1 } })).toMatchObject({ ok: false, code: "not-found" });
  });

  it("makes a tag once although several ask for it at the same time", async () => {
    const tenant = await h.newTenant();
    const execution = acting(tenant);
    const ids = await Promise.all([1, 2, 3, 4].map(async () => (await created(execution)).id));
    await Promise.all(ids.map((id) => execution.do("crm.leads.add_tag", { id, tag: "hot", create: true })));
    expect(listed(await tenant.call("GET", "/tags"))).toHaveLength(1);
  });

  it("changes what others change at the same time, and none of it is lost", async () => {
    const tenant = await h.newTenant();
    const execution = acting(tenant);
    const { id } = await created(execution);
    await Promise.all([{ score: 5 }, { city: "London" }, { status: "contacted" }, { campaign: "spring" }].map((change) => execution.do("crm.leads.update", { id, change })));
    expect(await lead(tenant, id)).toMatchObject({ version: 5, score: 5, city: "London", status: "contacted", campaign: "spring" });
  });

  it("is refused a key that had something else done, but for times that passed", async () => {
    const tenant = await h.newTenant();
    const execution = acting(tenant);
    const first = await execution.act("crm.tasks.create", { values: { title: "Call", due_at: "2026-01-01T00:00:00Z" } }, "k");
    expect(await execution.act("crm.tasks.create", { values: { title: "Call", due_at: "2026-01-01T00:00:09.5Z" } }, "k")).toEqual(first);
    expect(await execution.act("crm.tasks.create", { values: { title: "Write" } }, "k")).toMatchObject({ ok: false, code: "idempotency-key-reused", retryable: false });
    expect(listed(await tenant.call("GET", "/tasks"))).toHaveLength(1);
  });
});

describe("attempts of a step, repeated in any order and at the same time", () => {
  it("leave one change, one entry of history, one event, and get one result", async () => {
    const changes = ["create", "update", "delete", "add_tag", "create_task", "create_note", "log_activity"] as const;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...changes), fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }), async (change, rounds) => {
        const tenant = await h.newTenant();
        const execution = acting(tenant);
        const { id } = await created(execution);
        const about = { type: "lead", id };
        const [action, params, kind] = {
          create: ["crm.leads.create", { values: { name: "Bob" } }, "lead"],
          update: ["crm.leads.update", { id, change: { score: 3 } }, "lead"],
          delete: ["crm.leads.delete", { id }, "lead"],
          add_tag: ["crm.leads.add_tag", { id, tag: "hot", create: true }, "lead"],
          create_task: ["create_task", { title: "Call", about }, "task"],
          create_note: ["create_note", { about, body: "words" }, "note"],
          log_activity: ["log_activity", { about, subject: "Called" }, "activity"],
        }[change] as [string, object, string];
        const count = async () => Promise.all(["events", "audit_events"].map(async (table) => (await execution.rows(`select id from ${table} where ${table === "events" ? "type" : "action"} like ?`, `${kind}.%`)).results.length));
        const before = await count();
        const replies = [];
        for (const round of rounds) replies.push(...(await Promise.all(Array.from({ length: round }, () => execution.act(action, params, "same")))));
        expect(replies[0]).toMatchObject({ ok: true });
        for (const reply of replies) expect(reply).toEqual(replies[0]);
        expect(await count()).toEqual(before.map((rows) => rows + 1));
      }),
      { numRuns: 25 },
    );
  });
});
