/** Several records become one, and come apart again. */
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { describe, expect, it } from "vitest";
import { recordTable } from "../../db/schema/record-tables.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { newRecordSchema } from "../../sdk/schema/crm/entity.ts";
import { entities } from "../../sdk/schema/crm/index.ts";
import type { RecordContext } from "../domain/records/context.ts";
import { planMerge } from "../domain/records/merge.ts";
import { sweepMerges } from "../domain/records/merge-finish.ts";
import { placesOf, referringWhere } from "../domain/records/merge-moves.ts";
import { carryOut, planRecords } from "../domain/records/plan.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();
type Caller = Pick<Tenant, "call">;
type Body = Record<string, unknown>;

const make = async (caller: Caller, path: string, body: object): Promise<string> => {
  const { status, body: made, text } = await caller.call("POST", `/${path}`, body);
  expect(status, text).toBe(201);
  return String(made["id"]);
};
const get = async (caller: Caller, path: string): Promise<Body> => (await caller.call("GET", `/${path}`)).body;
const merge = async (caller: Caller, path: string, body: object): Promise<Body> => {
  const answer = await caller.call("POST", `/${path}/merge`, body);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};
const eventTypes = async (tenant: Tenant, record: string) => (await env.DB.prepare("select type, data from events where tenant_id = ? and record_id = ? order by seq").bind(tenant.id, record).all<{ type: string; data: string }>()).results;

describe("a merge", () => {
  it("keeps the survivor's values, fills its empty ones from the others in order, and takes those that were chosen", async () => {
    const tenant = await h.newTenant();
    const [hot, cold] = [await make(tenant, "tags", { name: "hot" }), await make(tenant, "tags", { name: "cold" })];
    const one = await make(tenant, "contacts", { name: "Ana", email: "ana@example.com", tags: [hot] });
    const two = await make(tenant, "contacts", { name: "Ana Lima", phone: "11 91234-5678", job_title: "CTO", birthday: "1990-01-02", tags: [hot, cold] });
    const three = await make(tenant, "contacts", { name: "A. Lima", phone: "11 90000-0000", tax_id: "529.982.247-25", address: { city: "Recife" }, description: "from the fair" });
    const { record, moving } = await merge(tenant, `contacts/${one}`, { ids: [two, three], values: { name: "Ana de Lima" } });
    expect(moving).toBe(false);
    expect(record).toMatchObject({ id: one, version: 2, name: "Ana de Lima", email: "ana@example.com", phone: "11 91234-5678", job_title: "CTO", birthday: "1990-01-02", tax_id: "52998224725", address: { city: "Recife" }, description: "from the fair", tags: [hot, cold] });
    expect(await get(tenant, `contacts/${one}`)).toEqual(record);
    expect(listed(await tenant.call("GET", "/contacts?tax_id=52998224725"))).toMatchObject([{ id: one }]);
    expect(listed(await tenant.call("GET", "/search?q=lima"))).toMatchObject([{ id: one }]);
    expect(listed(await tenant.call("GET", "/contacts?deleted=true&sort=created_at"))).toMatchObject([{ id: two, merged_into: one }, { id: three, merged_into: one }]);
  });

  it("moves all that refers to the merged: records, tasks, notes, activities", async () => {
    const tenant = await h.newTenant();
    const [one, two] = [await make(tenant, "companies", { name: "Acme" }), await make(tenant, "companies", { name: "ACME Ltda" })];
    const contact = await make(tenant, "contacts", { name: "Ana", company_id: two });
    const deal = await make(tenant, "deals", { name: "Big", company_id: two });
    const ticket = await make(tenant, "tickets", { subject: "Help", company_id: two });
    const task = await make(tenant, "tasks", { title: "Call", relations: [{ type: "company", id: two }, { type: "contact", id: contact }] });
    const both = await make(tenant, "tasks", { title: "Meet", relations: [{ type: "company", id: one }, { type: "company", id: two }] });
    const note = await make(tenant, "notes", { record_type: "company", record_id: two, body: "hello" });
    const activity = await make(tenant, "activities", { record_type: "company", record_id: two, subject: "met" });
    await merge(tenant, `companies/${one}`, { ids: [two] });
    for (const path of [`contacts/${contact}`, `deals/${deal}`, `tickets/${ticket}`]) expect(await get(tenant, path), path).toMatchObject({ company_id: one, version: 2 });
    for (const path of [`notes/${note}`, `activities/${activity}`]) expect(await get(tenant, path), path).toMatchObject({ record_id: one, record_type: "company" });
    expect(await get(tenant, `tasks/${task}`)).toMatchObject({ relations: [{ type: "company", id: one }, { type: "contact", id: contact }] });
    expect(await get(tenant, `tasks/${both}`)).toMatchObject({ relations: [{ type: "company", id: one }] });
    expect((await eventTypes(tenant, contact)).map(({ type }) => type)).toEqual(["contact.created", "contact.updated"]);

    // And back: to each what it had.
    expect((await tenant.call("POST", `/companies/${two}/unmerge`)).body).toMatchObject({ id: two, name: "ACME Ltda", merged_into: null, deleted_at: null });
    for (const path of [`contacts/${contact}`, `deals/${deal}`, `tickets/${ticket}`]) expect(await get(tenant, path), path).toMatchObject({ company_id: two });
    for (const path of [`notes/${note}`, `activities/${activity}`]) expect(await get(tenant, path), path).toMatchObject({ record_id: two });
    expect((await get(tenant, `tasks/${task}`))["relations"]).toEqual(expect.arrayContaining([{ type: "company", id: two }, { type: "contact", id: contact }]));
    expect((await get(tenant, `tasks/${both}`))["relations"]).toEqual([{ type: "company", id: one }, { type: "company", id: two }]);
    expect((await tenant.call("POST", `/companies/${two}/unmerge`)).body).toMatchObject({ code: "conflict" });
    expect((await get(tenant, `companies/${one}/history`))["data"]).not.toContainEqual(expect.objectContaining({ record_id: two }));
  });

  it("is told of, and both histories are shown as one; who asks for the merged is told where it is", async () => {
    const tenant = await h.newTenant();
    const [one, two, three] = [await make(tenant, "leads", { name: "A" }), await make(tenant, "leads", { name: "B", email: "b@example.com" }), await make(tenant, "leads", { name: "C" })];
    await merge(tenant, `leads/${one}`, { ids: [two] });
    const told = await eventTypes(tenant, one);
    expect(told.map(({ type }) => type)).toEqual(["lead.created", "lead.updated", "lead.merged"]);
    expect(JSON.parse(told[2]?.data ?? "")).toMatchObject({ lead: { id: one, email: "b@example.com", version: 2 }, merged_ids: [two] });
    expect((await eventTypes(tenant, two)).map(({ type }) => type)).toEqual(["lead.created", "lead.deleted"]);
    await merge(tenant, `leads/${three}`, { ids: [one] });
    const history = listed(await tenant.call("GET", `/leads/${three}/history`)).map(({ action, record_id }) => [action, record_id]);
    expect(history).toHaveLength(9);
    for (const entry of [["lead.create", one], ["lead.create", two], ["lead.merge", one], ["lead.delete", two], ["lead.merge", three], ["lead.create", three]]) expect(history).toContainEqual(entry);
    for (const [method, path, body] of [["GET", ""], ["PATCH", "", { score: 1 }], ["DELETE", ""], ["POST", "/merge", { ids: [three] }]] as const) expect((await tenant.call(method, `/leads/${two}${path}`, body)).body, method).toMatchObject({ status: 410, code: "merged", merged_into: three });
    expect((await tenant.call("POST", `/leads/${two}/restore`)).body).toMatchObject({ code: "conflict" });
    // The first merge is undone when what it went into is back.
    expect((await tenant.call("POST", `/leads/${two}/unmerge`)).body).toMatchObject({ code: "conflict" });
    for (const id of [one, two]) expect((await tenant.call("POST", `/leads/${id}/unmerge`)).status).toBe(200);
    expect(listed(await tenant.call("GET", "/leads"))).toHaveLength(3);
  });

  it("of what is refused changes nothing", async () => {
    const tenant = await h.newTenant();
    const [one, two] = [await make(tenant, "contacts", { name: "A" }), await make(tenant, "contacts", { name: "B" })];
    const lead = await make(tenant, "leads", { name: "B" });
    for (const [body, code] of [[{ ids: [one] }, "bad-request"], [{ ids: [two, lead] }, "bad-request"], [{ ids: [two, "nobody"] }, "bad-request"], [{ ids: [] }, "bad-request"], [{ ids: [two], values: { colour: 1 } }, "bad-request"], [{ ids: [two], values: { company_id: "gone" } }, "bad-request"]] as const) expect((await tenant.call("POST", `/contacts/${one}/merge`, body)).body, JSON.stringify(body)).toMatchObject({ code });
    expect((await tenant.call("POST", `/contacts/${one}/merge`, { ids: [two] }, { "if-match": '"7"' })).body).toMatchObject({ code: "version-conflict", version: 1 });
    expect(listed(await tenant.call("GET", "/contacts"))).toMatchObject([{ version: 1 }, { version: 1 }]);
    expect((await tenant.call("POST", `/contacts/${one}/unmerge`)).body).toMatchObject({ code: "conflict" });
  });

  it("fills nothing with what has gone meanwhile", async () => {
    const tenant = await h.newTenant();
    const [company, tag] = [await make(tenant, "companies", { name: "Acme" }), await make(tenant, "tags", { name: "old" })];
    const [one, two] = [await make(tenant, "contacts", { name: "A" }), await make(tenant, "contacts", { name: "B", company_id: company, tags: [tag], phone: "11 91234-5678" })];
    await tenant.call("DELETE", `/companies/${company}`);
    await env.DB.prepare("update tags set deleted_at = 1 where id = ?").bind(tag).run();
    expect((await merge(tenant, `contacts/${one}`, { ids: [two] }))["record"]).toMatchObject({ phone: "11 91234-5678", company_id: null, tags: [] });
  });
});

describe("merges at once", () => {
  it("of overlapping records leave one survivor for each, and nothing that refers to what is gone", async () => {
    const tenant = await h.newTenant();
    const ids = await Promise.all(["A", "B", "C"].map((name) => make(tenant, "contacts", { name })));
    const [a = "", b = "", c = ""] = ids;
    for (const id of ids) await make(tenant, "deals", { name: `of ${id}`, contact_id: id });
    const answers = await Promise.all([[a, [b]], [b, [a]], [b, [c]], [c, [a, b]]].map(([into, from]) => tenant.call("POST", `/contacts/${String(into)}/merge`, { ids: from })));
    for (const { status, text } of answers) expect([200, 410, 409], text).toContain(status);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    const left = listed(await tenant.call("GET", "/contacts")).map(({ id }) => id);
    expect(left.length).toBeGreaterThan(0);
    for (const { contact_id } of listed(await tenant.call("GET", "/deals"))) expect(left).toContain(contact_id);
    for (const id of ids) if (!left.includes(id)) expect(left).toContain((await get(tenant, `contacts/${id}`))["merged_into"]);
  });
});

describe("of very many records that refer", () => {
  it("those that one transaction does not move are moved behind the answer, or by the cron, also when the survivor was merged meanwhile", async () => {
    const tenant = await h.newTenant();
    const [one, two, three] = [await make(tenant, "companies", { name: "A" }), await make(tenant, "companies", { name: "B" }), await make(tenant, "companies", { name: "C" })];
    const pointing = async (id: string) => (await get(tenant, `contacts?company_id=${id}&count=true&limit=1`))["pagination"] as { total: number };
    const db = tenantDb(env.DB, tenant.id);
    const ctx: RecordContext = { env, db, tenant: tenant.id, now: Date.now() - 120_000, actor: { kind: "system" }, access: null, chain: [], requestId: null, caller: { ip: null }, waitUntil: () => {} };
    await carryOut(ctx, () => planRecords(ctx, entities.contact, Array.from({ length: 120 }, (_, index) => ({ before: null, given: newRecordSchema(entities.contact).parse({ name: `Contact ${index}`, company_id: two }) }))));
    const { moving } = await carryOut(ctx, () => planMerge(ctx, entities.company, one, { ids: [two] }));
    expect([moving, (await pointing(one)).total, (await pointing(two)).total]).toEqual([true, 50, 70]);
    expect((await tenant.call("POST", `/companies/${two}/unmerge`)).body).toMatchObject({ code: "conflict", detail: expect.stringContaining("being merged still") });
    await merge(tenant, `companies/${three}`, { ids: [one] });
    expect((await pointing(three)).total).toBe(50);
    await sweepMerges(env, Date.now());
    expect([(await pointing(two)).total, (await pointing(three)).total]).toEqual([0, 120]);
    expect(listed(await tenant.call("GET", "/contacts?limit=200")).every(({ version }) => version === 2 || version === 3)).toBe(true);
  });

  it("each is found by an index", async () => {
    for (const kind of ["lead", "contact", "company", "deal", "ticket"])
      for (const place of placesOf(kind).filter(({ how }) => how !== "list")) {
        const table = recordTable(place.of);
        const plan = await drizzle(env.DB).all<{ detail: string }>(sql`explain query plan select * from ${table} where ${table.tenant_id} = ${"t"} and ${referringWhere(place, kind, ["x"])} limit 50`);
        const text = plan.map(({ detail }) => detail).join("\n");
        expect(text, `${place.of.path}.${place.field}`).toMatch(new RegExp(`SEARCH ${place.of.path} USING INDEX \\S+ \\(tenant_id=\\? AND (${place.field}=|record_type=\\? AND record_id=)`));
      }
  });
});

describe("access", () => {
  it("rejects another tenant", async () => {
    const [ada, bob] = [await h.newTenant(), await h.newTenant()];
    const [one, two, mine] = [await make(ada, "leads", { name: "A" }), await make(ada, "leads", { name: "B" }), await make(bob, "leads", { name: "C" })];
    for (const [into, ids, status] of [[one, [two], 404], [mine, [one], 400]] as const) expect((await bob.call("POST", `/leads/${into}/merge`, { ids })).status).toBe(status);
    await merge(ada, `leads/${one}`, { ids: [two] });
    for (const [method, path] of [["POST", `/leads/${two}/unmerge`], ["GET", `/leads/${two}`]] as const) expect((await bob.call(method, path)).body).toMatchObject({ status: 404 });
  });

  it("rejects a role without the permission, over other people's records, and for values that it may not write or see", async () => {
    const tenant = await h.newTenant();
    const roleOf = async (grants: object, masked: object = {}) => colleague(h, tenant, { role: String((await tenant.call("POST", "/roles", { name: `Role ${crypto.randomUUID()}`, grants, masked })).body["id"]) });
    const [one, two] = [await make(tenant, "leads", { name: "A" }), await make(tenant, "leads", { name: "B" })];
    const forbidden = async (caller: Caller, body: object = { ids: [two] }) => expect((await caller.call("POST", `/leads/${one}/merge`, body)).body).toMatchObject({ code: "forbidden" });
    await forbidden(await colleague(h, tenant, { role: "viewer" }));
    const member = await colleague(h, tenant, { role: "member" });
    await forbidden(member);
    await forbidden(await roleOf({ "leads.delete": "all", "leads.read": "all" }), { ids: [two], values: { name: "C" } });
    await forbidden(await roleOf({ "leads.delete": "all", "leads.read": "all", "leads.write": "all" }, { leads: ["email"] }), { ids: [two], values: { email: "c@example.com" } });
    const [mine, also] = [await make(member, "leads", { name: "A" }), await make(member, "leads", { name: "B" })];
    expect((await member.call("POST", `/leads/${mine}/merge`, { ids: [one] })).body).toMatchObject({ code: "bad-request", errors: [{ pointer: "/ids/0", detail: expect.stringContaining("own records") }] });
    await merge(member, `leads/${mine}`, { ids: [also] });
    expect((await tenant.call("POST", `/leads/${mine}/merge`, { ids: [one] })).status).toBe(200);
  });
});
