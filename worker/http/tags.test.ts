/** Tags, categories, and keys of sensitive fields: what changes in any number of records. */
import { describe, expect, it } from "vitest";
import { runDueRecordJobs } from "../domain/record-jobs/run.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

let ahead = 0;
const h = harness(undefined, () => Date.now() + ahead);
async function settle(): Promise<void> {
  for (let passes = 0; passes < 2; passes++) {
    ahead += 61_000;
    await runDueRecordJobs(env, Date.now() + ahead);
  }
}
const make = async ({ call }: Pick<Tenant, "call">, path: string, body: object) => {
  const answer = await call("POST", path, body);
  expect(answer.status, answer.text).toBe(201);
  return String(answer.body["id"]);
};

describe("a tag that is deleted", () => {
  it("is off its records of every kind, with a new version and no event, and comes back on none", async () => {
    const tenant = await h.newTenant();
    const [hot, cold] = [await make(tenant, "/tags", { name: "hot" }), await make(tenant, "/tags", { name: "cold" })];
    const lead = await make(tenant, "/leads", { name: "A", tags: [hot, cold] });
    const company = await make(tenant, "/companies", { name: "B", tags: [hot] });
    const gone = await make(tenant, "/leads", { name: "C", tags: [hot] });
    await tenant.call("DELETE", `/leads/${gone}`);
    expect((await tenant.call("GET", `/tags/${hot}/usage`)).body).toMatchObject({ total: 2, by_entity: { lead: 1, company: 1, contact: 0 } });
    await tenant.call("DELETE", `/tags/${hot}`);
    expect((await tenant.call("GET", `/leads/${lead}`)).body).toMatchObject({ tags: [cold], version: 2 });
    expect((await tenant.call("GET", `/companies/${company}`)).body).toMatchObject({ tags: [], version: 2 });
    expect(listed(await tenant.call("GET", `/leads?tags=${hot}`))).toEqual([]);
    expect(listed(await tenant.call("GET", `/leads?tags=${cold}`))).toMatchObject([{ id: lead }]);
    expect((await tenant.call("POST", `/leads/${gone}/restore`)).body).toMatchObject({ tags: [] });
    expect(listed(await tenant.call("GET", `/events?record_id=${lead}`)).map(({ type }) => type)).toEqual(["lead.created"]);
    expect((await tenant.call("POST", `/tags/${hot}/restore`)).status).toBe(200);
    expect((await tenant.call("GET", `/tags/${hot}/usage`)).body).toMatchObject({ total: 0 });
    // What is marked with it from then on stays so.
    await tenant.call("PATCH", `/leads/${lead}`, { tags: [hot] });
    await settle();
    expect((await tenant.call("GET", `/leads/${lead}`)).body).toMatchObject({ tags: [hot] });
  });

  it("is found by nobody from then on, and leaves a change alone that comes at the same moment", async () => {
    const tenant = await h.newTenant();
    const hot = await make(tenant, "/tags", { name: "hot" });
    const lead = await make(tenant, "/leads", { name: "A", tags: [hot] });
    const [deleted, changed] = await Promise.all([tenant.call("DELETE", `/tags/${hot}`), tenant.call("PATCH", `/leads/${lead}`, { score: 9 })]);
    expect([deleted.status, changed.status]).toEqual([204, 200]);
    await settle();
    expect((await tenant.call("GET", `/leads/${lead}`)).body).toMatchObject({ tags: [], score: 9 });
    // As long as not all records are done.
    await env.DB.prepare("insert into record_values (tenant_id, kind, field, value, record_id) values (?, 'lead', 'tags', ?, ?)").bind(tenant.id, hot, lead).run();
    expect(listed(await tenant.call("GET", `/leads?tags=${hot}`))).toEqual([]);
  });
});

describe("a category that is deleted", () => {
  it("is no record's category any more", async () => {
    const tenant = await h.newTenant();
    const vip = await make(tenant, "/categories", { name: "VIP" });
    const [lead, contact] = [await make(tenant, "/leads", { name: "A", category_id: vip }), await make(tenant, "/contacts", { name: "B", category_id: vip })];
    expect((await tenant.call("GET", `/categories/${vip}/usage`)).body).toMatchObject({ total: 2, by_entity: { lead: 1, contact: 1 } });
    await tenant.call("DELETE", `/categories/${vip}`);
    for (const path of [`/leads/${lead}`, `/contacts/${contact}`]) expect((await tenant.call("GET", path)).body, path).toMatchObject({ category_id: null, version: 2 });
  });
});

describe("a new data key", () => {
  it("seals sensitive fields of records anew, deleted ones too, without a new version", async () => {
    const tenant = await h.newTenant();
    const sensitive = { tax_id: "52998224725", address: { city: "Recife" } };
    const [kept, gone] = [await make(tenant, "/contacts", { name: "A", ...sensitive }), await make(tenant, "/contacts", { name: "B", ...sensitive })];
    const company = await make(tenant, "/companies", { name: "C", tax_id: "12ABC34501DE35" });
    await tenant.call("DELETE", `/contacts/${gone}`);
    const key = String((await tenant.call("POST", "/variables/rotate-key")).body["data_key_id"]);
    const { results } = await env.DB.prepare("select tax_id from contacts where tenant_id = ?1 union all select address from contacts where tenant_id = ?1 union all select tax_id from companies where tenant_id = ?1").bind(tenant.id).all<{ tax_id: string }>();
    expect(results.map(({ tax_id }) => tax_id.split(".")[1])).toEqual([key, key, key, key, key]);
    expect((await tenant.call("GET", `/contacts/${kept}`)).body).toMatchObject({ ...sensitive, version: 1 });
    expect((await tenant.call("GET", `/companies/${company}`)).body).toMatchObject({ tax_id: "12ABC34501DE35", version: 1 });
    expect(listed(await tenant.call("GET", "/contacts?tax_id=529.982.247-25"))).toMatchObject([{ id: kept }]);
  });
});

describe("access", () => {
  it("rejects another tenant", async () => {
    const [ada, bob] = [await h.newTenant(), await h.newTenant()];
    const [tag, category] = [await make(ada, "/tags", { name: "hot" }), await make(ada, "/categories", { name: "VIP" })];
    for (const path of [`/tags/${tag}/usage`, `/categories/${category}/usage`]) expect((await bob.call("GET", path)).status, path).toBe(404);
  });

  it("rejects a role without the permission", async () => {
    const tenant = await h.newTenant();
    const nobody = await colleague(h, tenant, { role: await make(tenant, "/roles", { name: "Nobody", grants: {} }) });
    const tag = await make(tenant, "/tags", { name: "hot" });
    expect((await nobody.call("GET", `/tags/${tag}/usage`)).body).toMatchObject({ code: "forbidden" });
    expect((await (await colleague(h, tenant)).call("DELETE", `/tags/${tag}`)).body).toMatchObject({ code: "forbidden" });
  });
});
