import { and, desc, eq, isNull } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { describe, expect, it } from "vitest";
import { leads } from "../../db/schema/record-tables.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { entities } from "../../sdk/schema/crm/index.ts";
import { runDueRecordJobs } from "../domain/record-jobs/run.ts";
import { filterSql } from "../domain/records/filter.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { auditOf } from "./testing/accounts.ts";
import { colleague, listed } from "./testing/people.ts";

let ahead = 0;
const now = () => Date.now() + ahead;
const h = harness(undefined, now);
type Caller = Pick<Tenant, "call">;

/** What requests began comes to its end: what was under way at the same time has ended by then. */
async function settle(): Promise<void> {
  for (let passes = 0; passes < 3; passes++) {
    ahead += 61_000;
    await runDueRecordJobs(env, now());
  }
}

const made = async ({ call }: Caller, path: string, body: object) => {
  const answer = await call("POST", path, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body as Record<string, unknown> & { id: string };
};
const field = (tenant: Caller, key: string, type: string, more: object = {}, entity = "lead") => made(tenant, "/custom-fields", { entity, key, title: key, type, ...more });
const lead = (tenant: Caller, name: string, custom: object = {}) => made(tenant, "/leads", { name, custom });
const found = async ({ call }: Caller, filter: object) => {
  const answer = await call("GET", `/leads?sort=name&filter=${encodeURIComponent(JSON.stringify(filter))}`);
  expect(answer.status, answer.text).toBe(200);
  return listed(answer).map(({ name }) => name);
};

describe("a field of one's own", () => {
  it("is added, listed in its order, changed and deleted, with event and audit", async () => {
    const tenant = await h.newTenant();
    const size = await field(tenant, "size", "number", { required: true, default: 3, title: "Size" });
    const plan = await field(tenant, "plan", "select", { options: ["Basic", "Pro"], default: "Basic" });
    await field(tenant, "size", "text", {}, "deal");
    expect(size).toMatchObject({ entity: "lead", key: "size", title: "Size", type: "number", options: [], required: true, default: 3, position: 1 });
    const keys = async () => listed(await tenant.call("GET", "/custom-fields?entity=lead")).map(({ key }) => key);
    expect(await keys()).toEqual(["size", "plan"]);
    expect(listed(await tenant.call("PUT", "/custom-fields/order", { entity: "lead", ids: [plan.id, size.id] })).map(({ key }) => key)).toEqual(["plan", "size"]);
    expect((await tenant.call("PUT", "/custom-fields/order", { entity: "lead", ids: [plan.id] })).body).toMatchObject({ code: "bad-request", detail: expect.stringContaining("a field is missing") });
    expect((await tenant.call("PATCH", `/custom-fields/${size.id}`, { title: "Employees", default: null })).body).toMatchObject({ title: "Employees", default: null, required: true });
    expect((await tenant.call("PATCH", `/custom-fields/${size.id}`, { type: "text" })).status).toBe(400);
    expect((await tenant.call("DELETE", `/custom-fields/${size.id}`)).status).toBe(204);
    expect((await tenant.call("GET", `/custom-fields/${size.id}`)).status).toBe(404);
    expect(await keys()).toEqual(["plan"]);
    const { results } = await env.DB.prepare("select type, previous from events where tenant_id = ? and record_id = ? order by seq").bind(tenant.id, size.id).all<{ type: string; previous: string }>();
    expect(results.map(({ type }) => type)).toEqual(["custom_field.created", "custom_field.updated", "custom_field.deleted"]);
    expect(JSON.parse(results[1]?.previous ?? "")).toEqual({ title: "Size", default: 3 });
    expect((await auditOf(tenant.id)).map(({ action }) => action)).toEqual(expect.arrayContaining(["custom_field.create", "custom_field.update", "custom_field.order", "custom_field.delete"]));
  });

  it("is refused with what is wrong about it", async () => {
    const tenant = await h.newTenant();
    await field(tenant, "size", "number");
    for (const [body, code, detail] of [
      [{ key: "Size" }, "bad-request", "lower case"],
      [{ key: "email" }, "bad-request", "every lead has a email already"],
      [{ key: "tags" }, "bad-request", "every lead has a tags already"],
      [{ key: "size" }, "conflict", "There is a field size of lead already"],
      [{ key: "a", entity: "tag" }, "bad-request", ""],
      [{ key: "a", type: "select" }, "bad-request", "needs at least one option"],
      [{ key: "a", options: ["x"] }, "bad-request", "has no options"],
      [{ key: "a", type: "select", options: ["x", "X"] }, "bad-request", "options that differ"],
      [{ key: "a", type: "select", options: ["x"], default: "y" }, "bad-request", "one of x"],
      [{ key: "a", type: "number", default: "5" }, "bad-request", "/default"],
      [{ key: "a", type: "money", default: 5 }, "bad-request", "/default"],
      [{ key: "a", type: "user", default: "nobody" }, "bad-request", "there is no user nobody"],
    ] as const) {
      const answer = await tenant.call("POST", "/custom-fields", { entity: "lead", title: "A", type: "text", ...body });
      expect([answer.body["code"], answer.text], JSON.stringify(body)).toEqual([code, expect.stringContaining(detail)]);
    }
  });

  it("is one of a hundred to an entity at most, however many are added at once", async () => {
    const tenant = await h.newTenant();
    await env.DB.batch(Array.from({ length: 98 }, (_, index) => env.DB.prepare("insert into custom_fields (id, tenant_id, kind, key, title, type, options, required, position, created_at, updated_at) values (?, ?, 'lead', ?, 'F', 'text', '[]', 0, ?, 0, 0)").bind(`${tenant.id}-${index}`, tenant.id, `f${index}`, index)));
    const answers = await Promise.all(["a", "b", "c", "d"].map((key) => tenant.call("POST", "/custom-fields", { entity: "lead", key, title: key, type: "text" })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body["detail"]).toContain("100 fields");
  });

  it("holds what its type takes, its default, and nothing when it is taken away", async () => {
    const tenant = await h.newTenant();
    const { id: somebody } = await colleague(h, tenant);
    await field(tenant, "note", "text", { required: true, default: "none" });
    for (const [key, type] of [["size", "number"], ["fee", "money"], ["due", "date"], ["vip", "boolean"], ["site", "url"], ["agent", "user"]] as const) await field(tenant, key, type);
    await field(tenant, "colours", "multiselect", { options: ["Red", "Blue"] });
    const custom = { size: 1.5, fee: { amount: 1990, currency: "BRL" }, due: "2026-11-21", vip: false, site: "https://example.com", agent: somebody, colours: ["Blue"] };
    const { id, custom: shown } = await lead(tenant, "Ada", custom);
    expect(shown).toEqual({ note: "none", ...custom });
    const refused = async (given: object) => (await tenant.call("PATCH", `/leads/${id}`, { custom: given })).body["errors"];
    for (const [given, pointer] of [[{ size: "1" }, "/custom/size"], [{ fee: 1 }, "/custom/fee"], [{ due: "2026-02-30" }, "/custom/due"], [{ vip: 1 }, "/custom/vip"], [{ site: "javascript:alert(1)" }, "/custom/site"], [{ agent: "nobody" }, "/custom/agent"], [{ colours: ["Green"] }, "/custom/colours"], [{ note: null }, "/custom/note"], [{ note: " " }, "/custom/note"], [{ other: 1 }, "/custom/other"]] as const) expect(await refused(given), pointer).toMatchObject([{ pointer }]);
    expect((await tenant.call("PATCH", `/leads/${id}`, { custom: { size: null, colours: [] } })).body["custom"]).toEqual({ note: "none", fee: custom.fee, due: custom.due, vip: false, site: custom.site, agent: somebody });
  });
});

describe("a list filtered by fields of one's own", () => {
  it("finds what each type compares, and says what cannot be compared", async () => {
    const tenant = await h.newTenant();
    const ann = await colleague(h, tenant);
    for (const [key, type] of [["note", "text"], ["size", "number"], ["fee", "money"], ["due", "date"], ["vip", "boolean"], ["agent", "user"]] as const) await field(tenant, key, type);
    await field(tenant, "plan", "select", { options: ["Basic", "Pro"] });
    await field(tenant, "colours", "multiselect", { options: ["Red", "Blue", "Green"] });
    await lead(tenant, "A", { note: "Straße NORTH", size: 5, fee: { amount: 500, currency: "BRL" }, due: "2026-11-01", vip: true, plan: "Pro", colours: ["Red", "Blue"], agent: ann.id });
    await lead(tenant, "B", { note: "south", size: 50, fee: { amount: 5000, currency: "BRL" }, due: "2026-12-01", vip: false, plan: "Basic", colours: ["Green"] });
    await lead(tenant, "C");
    for (const [filter, names] of [
      [{ "custom.note": "straße north" }, ["A"]],
      [{ "custom.note": { $contains: "NORTH" } }, ["A"]],
      [{ "custom.note": { $starts: "Sou" } }, ["B"]],
      [{ "custom.size": { $gt: 9, $lte: 50 } }, ["B"]],
      [{ "custom.size": [5, 7] }, ["A"]],
      [{ "custom.fee": { $gte: 500, $lt: 501 } }, ["A"]],
      [{ "custom.due": { $lt: "2026-11-30" } }, ["A"]],
      [{ "custom.due": { $gt: "@today-10000d" } }, ["A", "B"]],
      [{ "custom.vip": true }, ["A"]],
      [{ "custom.vip": { $ne: true } }, ["B", "C"]],
      [{ custom: { plan: "pro" } }, ["A"]],
      [{ "custom.colours": ["blue", "Green"] }, ["A", "B"]],
      [{ "custom.colours": { $contains: "Red" } }, ["A"]],
      [{ "custom.colours": { $exists: false } }, ["C"]],
      [{ "custom.plan": { $nin: ["Basic"] } }, ["A", "C"]],
    ] as const) expect(await found(tenant, filter), JSON.stringify(filter)).toEqual(names);
    expect(await found(ann, { "custom.agent": "@me" })).toEqual(["A"]);
    for (const [filter, detail] of [
      [{ "custom.colour": 1 }, "there is no field colour"],
      [{ "custom.size": "5" }, "compared with a number"],
      [{ "custom.vip": { $gt: true } }, "is a boolean: it is compared by $eq"],
      [{ "custom.plan": "gold" }, "one of Basic, Pro"],
      [{ "custom.due": "tomorrow" }, "a day such as"],
    ] as const) expect((await tenant.call("GET", `/leads?filter=${encodeURIComponent(JSON.stringify(filter))}`)).body["detail"], JSON.stringify(filter)).toContain(detail);
  });

  it("is a search of an index, whatever the comparison", async () => {
    const tenant = await h.newTenant();
    for (const [key, type] of [["note", "text"], ["size", "number"], ["fee", "money"], ["due", "date"], ["vip", "boolean"], ["agent", "user"]] as const) await field(tenant, key, type);
    await field(tenant, "colours", "multiselect", { options: ["Red", "Blue"] });
    const ctx = { env, db: tenantDb(env.DB, tenant.id), now: now(), access: null, actor: { kind: "system" } } as const;
    for (const filter of [{ "custom.note": "a" }, { "custom.note": { $starts: "a" } }, { "custom.size": { $gt: 5, $lte: 50 } }, { "custom.fee": 5 }, { "custom.due": { $gte: "2026-01-01" } }, { "custom.vip": true }, { "custom.colours": ["Red", "Blue"] }, { "custom.agent": "x" }, { tags: "t" }]) {
      const where = and(eq(leads.tenant_id, tenant.id), isNull(leads.deleted_at), await filterSql(ctx, entities.lead, filter));
      const { sql, params } = drizzle(env.DB).select({ id: leads.id }).from(leads).where(where).orderBy(desc(leads.id)).limit(51).toSQL();
      const { results } = await env.DB.prepare(`explain query plan ${sql}`).bind(...params).all<{ detail: string }>();
      const plan = results.map(({ detail }) => detail).join("; ");
      expect(plan, JSON.stringify(filter)).toMatch(/SEARCH record_values USING (COVERING )?INDEX \S+ \(tenant_id=\? AND kind=\? AND field=\? AND value[=<>]/);
      expect(plan, JSON.stringify(filter)).not.toMatch(/SCAN (leads|record_values|tags)/);
    }
  });
});

describe("an option that records have", () => {
  const ground = async () => {
    const tenant = await h.newTenant();
    const { id } = await field(tenant, "plan", "select", { options: ["Basic", "Pro"], default: "Basic" });
    const { id: many } = await field(tenant, "colours", "multiselect", { options: ["Red", "Blue"] });
    const [a, b] = [await lead(tenant, "A", { colours: ["Red", "Blue"] }), await lead(tenant, "B", { plan: "Pro", colours: ["Red"] })];
    const custom = async () => Promise.all([a, b].map(async ({ id }) => (await tenant.call("GET", `/leads/${id}`)).body["custom"]));
    return { tenant, plan: `/custom-fields/${id}`, colours: `/custom-fields/${many}`, a, b, custom };
  };

  it("goes only when it is said what they have instead, with how many they are", async () => {
    const { tenant, plan, custom } = await ground();
    const refused = (await tenant.call("PATCH", plan, { options: ["Pro"] })).body;
    expect(refused).toMatchObject({ code: "conflict", detail: expect.stringContaining("1 record has Basic"), errors: [{ pointer: "/options/Basic" }] });
    expect((await tenant.call("PATCH", plan, { options: ["Pro"], replace_with: { Basic: "Gold" } })).body).toMatchObject({ code: "bad-request", detail: expect.stringContaining("Gold is no option") });
    expect((await tenant.call("PATCH", plan, { options: ["Starter", "Pro"], replace_with: { Basic: "Starter" } })).body).toMatchObject({ options: ["Starter", "Pro"], default: "Starter" });
    expect(await custom()).toMatchObject([{ plan: "Starter" }, { plan: "Pro" }]);
    expect(await found(tenant, { "custom.plan": "Starter" })).toEqual(["A"]);
    expect((await tenant.call("PATCH", plan, { options: ["Starter", "Pro", "Basic"] })).body).toMatchObject({ code: "conflict", detail: expect.stringContaining("still being replaced") });
    await settle();
    expect((await tenant.call("PATCH", plan, { options: ["Starter", "Pro", "Basic"] })).status).toBe(200);
  });

  it("is written otherwise, or taken away, in lists of several too", async () => {
    const { tenant, colours, custom, a } = await ground();
    expect((await tenant.call("PATCH", colours, { options: ["RED"], replace_with: { Red: "RED", Blue: null } })).status).toBe(200);
    expect(await custom()).toMatchObject([{ colours: ["RED"] }, { colours: ["RED"] }]);
    expect(await found(tenant, { "custom.colours": "red" })).toEqual(["A", "B"]);
    expect((await tenant.call("GET", `/leads/${a.id}`)).body["version"]).toBeGreaterThan(1);
    await settle();
    expect(await found(tenant, { "custom.colours": "red" })).toEqual(["A", "B"]);
    expect(await env.DB.prepare("select count(*) as n from record_jobs where tenant_id = ?").bind(tenant.id).first("n")).toBe(0);
  });
});

describe("a field that is deleted", () => {
  it("is gone from all answers at once, from deleted records too, and its key is free again later", async () => {
    const tenant = await h.newTenant();
    const { id } = await field(tenant, "code", "text");
    await field(tenant, "size", "number");
    const [kept, gone] = [await lead(tenant, "Kept", { code: "zebra", size: 1 }), await lead(tenant, "Gone", { code: "zebra" })];
    await tenant.call("DELETE", `/leads/${gone.id}`);
    await tenant.call("DELETE", `/custom-fields/${id}`);
    expect((await tenant.call("GET", `/leads/${kept.id}`)).body).toMatchObject({ custom: { size: 1 }, version: 2 });
    expect(listed(await tenant.call("GET", "/leads?q=zebra"))).toEqual([]);
    expect((await tenant.call("POST", `/leads/${gone.id}/restore`)).body["custom"]).toEqual({});
    const left = await env.DB.prepare("select (select count(*) from record_values where tenant_id = ?1 and field = 'custom.code') + (select count(*) from leads where tenant_id = ?1 and instr(custom, 'zebra') > 0) as n").bind(tenant.id).first("n");
    expect(left).toBe(0);
    expect((await tenant.call("POST", "/custom-fields", { entity: "lead", key: "code", title: "Code", type: "number" })).body).toMatchObject({ code: "conflict", detail: expect.stringContaining("still being removed") });
    await settle();
    await field(tenant, "code", "number");
  });

  it("is removed from more records than one chunk, also when what did it died", async () => {
    const tenant = await h.newTenant();
    const { id } = await field(tenant, "code", "text");
    const one = await lead(tenant, "L", { code: "x" });
    // Copies of it, as they are.
    await env.DB.prepare("with recursive n(i) as (select 1 union all select i + 1 from n where i < 450) insert into leads (id, tenant_id, version, custom, tags, created_at, updated_at, name, status, source, score) select ?1 || i, tenant_id, 1, custom, tags, created_at, updated_at, name, status, source, score from leads, n where leads.id = ?1").bind(one.id).run();
    await env.DB.prepare("insert into record_values (tenant_id, kind, field, value, record_id) select tenant_id, 'lead', 'custom.code', 'x', id from leads where tenant_id = ? and id <> ?").bind(tenant.id, one.id).run();
    await tenant.call("DELETE", `/custom-fields/${id}`);
    // As a process that died leaves it: some are as they were, the job is due again.
    await env.DB.prepare("update leads set custom = '{\"code\":\"x\"}' where tenant_id = ? and name = 'L' and rowid % 2 = 0").bind(tenant.id).run();
    await env.DB.prepare("insert or ignore into record_values (tenant_id, kind, field, value, record_id) select tenant_id, 'lead', 'custom.code', 'x', id from leads where tenant_id = ? and custom <> '{}'").bind(tenant.id).run();
    await settle();
    expect(await env.DB.prepare("select count(*) as n from leads where tenant_id = ? and custom <> '{}'").bind(tenant.id).first("n")).toBe(0);
    expect(await env.DB.prepare("select count(*) as n from record_values where tenant_id = ? and field = 'custom.code'").bind(tenant.id).first("n")).toBe(0);
  });
});

describe("access", () => {
  it("rejects another tenant", async () => {
    const [ada, bob] = [await h.newTenant(), await h.newTenant()];
    const { id } = await field(ada, "size", "number");
    for (const [method, body] of [["GET"], ["PATCH", { title: "x" }], ["DELETE"]] as const) expect((await bob.call(method, `/custom-fields/${id}`, body)).status, method).toBe(404);
    expect(listed(await bob.call("GET", "/custom-fields"))).toEqual([]);
    expect((await bob.call("PUT", "/custom-fields/order", { entity: "lead", ids: [id] })).status).toBe(400);
  });

  it("rejects a role without the permission", async () => {
    const tenant = await h.newTenant();
    const { id } = await field(tenant, "size", "number");
    const member = await colleague(h, tenant);
    expect(listed(await member.call("GET", "/custom-fields"))).toHaveLength(1);
    for (const [method, path, body] of [["POST", "/custom-fields", { entity: "lead", key: "a", title: "A", type: "text" }], ["PATCH", `/custom-fields/${id}`, { title: "x" }], ["DELETE", `/custom-fields/${id}`], ["PUT", "/custom-fields/order", { entity: "lead", ids: [id] }]] as const) expect((await member.call(method, path, body)).body, path).toMatchObject({ code: "forbidden" });
  });
});
