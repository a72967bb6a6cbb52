/** Who gets a record: by name, each in turn, or whoever has least to do; also when many come at once. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acting, type Execution } from "../http/testing/acting.ts";
import { env, harness, type Tenant } from "../http/testing/harness.ts";
import { colleague } from "../http/testing/people.ts";

const h = harness();

/** Members of a role of their own, so that nobody else is among them; in the order they came. */
async function team(tenant: Tenant, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at++) ids.push((await colleague(h, tenant, { role: "member" })).id);
  return ids.sort();
}
const ticket = async (execution: Execution, values: object = {}) => (await execution.do<{ id: string }>("crm.tickets.create", { values: { subject: "Broken", ...values } })).id;
const assign = async (execution: Execution, id: string, more: object, key?: string) => (await execution.do<{ user_id: string }>("assign", { record: { type: "ticket", id }, among: { role: "member" }, ...more }, key)).user_id;
const owners = async (execution: Execution) => (await execution.do<{ data: { assignee_id: string | null }[] }>("crm.tickets.find", { sort: "created_at", limit: 200 })).data.map(({ assignee_id }) => assignee_id);
const countsOf = (values: readonly unknown[]) => [...new Map(values.map((one) => [one, values.filter((other) => other === one).length])).values()].sort();

describe("a record is given", () => {
  it("to a person by name, with history and event as of any change", async () => {
    const tenant = await h.newTenant();
    const [ada = ""] = await team(tenant, 1);
    const execution = acting(tenant);
    const id = await ticket(execution);
    expect(await execution.do("assign", { record: { type: "ticket", id }, strategy: "user", user_id: ada })).toEqual({ record: { type: "ticket", id }, user_id: ada, previous_user_id: null });
    expect((await execution.rows("select type from events where record_id = ?", id)).results.map(({ type }) => type)).toContain("ticket.updated");
    expect(await execution.act("assign", { record: { type: "ticket", id }, strategy: "user", user_id: "nobody" })).toMatchObject({ ok: false, code: "bad-request" });
    expect(await execution.act("assign", { record: { type: "ticket", id }, strategy: "user" })).toMatchObject({ ok: false, code: "bad-request", detail: expect.stringContaining("names the person") });
    expect(await execution.act("assign", { record: { type: "note", id }, strategy: "round_robin" })).toMatchObject({ ok: false, code: "bad-request", detail: expect.stringContaining("belongs to nobody") });
  });

  it("to each in turn, the next after the last; who has it keeps it when that is wanted", async () => {
    const tenant = await h.newTenant();
    const members = await team(tenant, 3);
    const execution = acting(tenant);
    const given: string[] = [];
    for (let at = 0; at < 5; at++) given.push(await assign(execution, await ticket(execution), { strategy: "round_robin" }));
    expect(given).toEqual([members[0], members[1], members[2], members[0], members[1]]);
    const id = await ticket(execution, { assignee_id: members[0] });
    expect(await assign(execution, id, { strategy: "round_robin", keep: true })).toBe(members[0]);
    expect(await assign(execution, id, { strategy: "round_robin" })).toBe(members[2]);
  });

  it("to whoever has the fewest open ones; of several to who was given none for longest", async () => {
    const tenant = await h.newTenant();
    const [ada = "", bob = "", cyd = ""] = await team(tenant, 3);
    const execution = acting(tenant);
    for (const [assignee_id, status] of [[ada, "new"], [ada, "in_progress"], [bob, "closed"], [bob, "resolved"], [bob, "new"]]) await ticket(execution, { assignee_id, status });
    const next = async () => assign(execution, await ticket(execution), { strategy: "least_loaded" });
    expect(await next()).toBe(cyd);
    // Both have one; bob was never given one by turn.
    expect(await next()).toBe(bob);
    expect(await next()).toBe(cyd);
    expect(await next()).toBe(ada);
    expect(await execution.do("find_users", { role: "member", load_of: "ticket" })).toMatchObject([{ id: ada, load: 3 }, { id: bob, load: 2 }, { id: cyd, load: 2 }]);
  });

  it("to who has a role of the tenant's own, by its name or id; not another tenant's role of that name", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const [ada = ""] = await team(tenant, 2);
    const role = async (of: Tenant) => String((await of.call("POST", "/roles", { name: "Technician", grants: { "tickets.read": "all" } })).body["id"]);
    const id = await role(tenant);
    await role(other);
    expect((await tenant.call("PATCH", `/users/${ada}`, { role: id })).status).toBe(200);
    const execution = acting(tenant);
    for (const role of ["technician", id]) expect(await assign(execution, await ticket(execution), { strategy: "least_loaded", among: { role } })).toBe(ada);
    const there = acting(other);
    expect(await there.act("assign", { record: { type: "ticket", id: await ticket(there) }, strategy: "least_loaded", among: { role: "technician" } })).toMatchObject({ ok: false, code: "conflict" });
  });

  it("to nobody when nobody is left, which is said", async () => {
    const tenant = await h.newTenant();
    const execution = acting(tenant);
    const id = await ticket(execution);
    expect(await execution.act("assign", { record: { type: "ticket", id }, strategy: "round_robin", among: { role: "member" } })).toMatchObject({ ok: false, code: "conflict", detail: expect.stringContaining("no active member with role=member") });
  });
});

describe("many records at the same time", () => {
  it.each(["round_robin", "least_loaded"])("are shared out evenly by %s, and repeated attempts take no second turn", async (strategy) => {
    const tenant = await h.newTenant();
    await team(tenant, 3);
    const execution = acting(tenant);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], { minLength: 12 }), async (order) => {
        const ids = await Promise.all([0, 1, 2, 3, 4, 5].map(() => ticket(execution)));
        const key = crypto.randomUUID();
        await Promise.all(order.map((at) => assign(execution, ids[at] ?? "", { strategy }, `${key}-${at}`)));
        expect(new Set(countsOf((await owners(execution)).filter((one) => one !== null))).size).toBe(1);
      }),
      { numRuns: 3 },
    );
  });

  it("are counted from an index alone", async () => {
    for (const [table, owner] of [["tickets", "assignee_id"], ["leads", "owner_id"], ["deals", "owner_id"], ["tasks", "assignee_id"]]) {
      const { results } = await env.DB.prepare(`explain query plan select ${owner}, count(*) from ${table} where tenant_id = ? and ${owner} in (select value from json_each(?)) and status in (select value from json_each(?)) and deleted_at is null group by ${owner}`).bind("t", '["u"]', '["new"]').all<{ detail: string }>();
      expect(results.map(({ detail }) => detail).join("\n"), table).toMatch(new RegExp(`SEARCH ${table} USING (COVERING )?INDEX ${table}_${owner}_status \\(tenant_id=\\? AND ${owner}=\\? AND status=\\?\\)`));
    }
  });
});
