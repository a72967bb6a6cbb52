/** Records that may be the same. */
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { describe, expect, it } from "vitest";
import { newId } from "../../db/ids.ts";
import { recordValues } from "../../db/schema/records.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { entities } from "../../sdk/schema/crm/index.ts";
import { sourceOf } from "../domain/duplicates/reasons.ts";
import { auditOf } from "./testing/accounts.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();
type Caller = Pick<Tenant, "call">;

const make = async (caller: Caller, path: string, body: object): Promise<string> => {
  const { status, body: made, text } = await caller.call("POST", `/${path}`, body);
  expect(status, text).toBe(201);
  return String(made["id"]);
};
/** All groups, page after page: what they are alike in, and names. */
const groups = async (caller: Caller, entity: string, limit = 20) => {
  const all: [string[], string[], number][] = [];
  let cursor: string | null = "";
  for (let pages = 0; cursor !== null; pages++) {
    expect(pages).toBeLessThan(30);
    const page = await caller.call("GET", `/duplicates?entity=${entity}&limit=${limit}${cursor && `&cursor=${cursor}`}`);
    expect(page.status, page.text).toBe(200);
    for (const { reasons, records, score } of listed(page)) all.push([reasons as string[], (records as { title: string }[]).map(({ title }) => title), score as number]);
    cursor = (page.body["pagination"] as { next_cursor: string | null }).next_cursor;
  }
  return all;
};
const alikeOf = async (caller: Caller, path: string) => {
  const answer = await caller.call("GET", path);
  expect(answer.status, answer.text).toBe(200);
  return listed(answer).map(({ record, reasons, score }) => [(record as { title: string }).title, reasons, score]);
};

describe("duplicates", () => {
  it("are found by telephone, address, taxpayer's number, id elsewhere, and name with company, each group once", async () => {
    const tenant = await h.newTenant();
    const contact = (body: object) => make(tenant, "contacts", body);
    await contact({ name: "Ana", phone: "+55 (11) 91234-5678", email: "ANA@example.com" });
    await contact({ name: "Ana S.", phone: "11912345678", email: "ana@example.com" });
    await contact({ name: "Zoe", phone: "011 91234 5678" });
    await contact({ name: "Bia", tax_id: "529.982.247-25" });
    await contact({ name: "Beatriz", tax_id: "52998224725" });
    await contact({ name: "Caio", external_id: "7" });
    await contact({ name: "Kaio", external_id: "7" });
    await contact({ name: "José da Silva" });
    await contact({ name: "jose DA silva" });
    await contact({ name: "Nobody's twin" });
    expect(await groups(tenant, "contacts")).toEqual([
      [["tax_id"], ["Bia", "Beatriz"], 95],
      [["email", "phone"], ["Ana", "Ana S."], 97],
      [["external_id"], ["Caio", "Kaio"], 90],
      [["phone"], ["Ana", "Ana S.", "Zoe"], 70],
      [["name"], ["José da Silva", "jose DA silva"], 35],
    ]);
    expect((await groups(tenant, "contacts", 1)).length).toBe(5);
    await make(tenant, "companies", { name: "Ação & Cia. Ltda." });
    await make(tenant, "companies", { name: "ACAO" });
    await make(tenant, "leads", { name: "Ana", company_name: "Acme S.A." });
    await make(tenant, "leads", { name: "ana", company_name: "ACME, Inc." });
    await make(tenant, "leads", { name: "Ana", company_name: "Beta" });
    expect(await groups(tenant, "companies")).toEqual([[["name"], ["Ação & Cia. Ltda.", "ACAO"], 65]]);
    expect(await groups(tenant, "leads")).toEqual([[["name"], ["Ana", "ana"], 65]]);
    expect(await groups(tenant, "tickets")).toEqual([]);
    for (const query of ["", "?entity=notes", "?entity=leads&cursor=abc"]) expect((await tenant.call("GET", `/duplicates${query}`)).status).toBe(400);
  });

  it("of one record come with what they are alike in, the likeliest first, also before it is made", async () => {
    const tenant = await h.newTenant();
    const id = await make(tenant, "contacts", { name: "Ana Lima", email: "ana@example.com", phone: "11 91234-5678" });
    await make(tenant, "contacts", { name: "Zoe", phone: "+55 11 91234-5678" });
    const twin = await make(tenant, "contacts", { name: "ANA LIMA", email: "ana@example.com" });
    expect(await alikeOf(tenant, `/contacts/${id}/duplicates`)).toEqual([["ANA LIMA", ["email", "name"], 94], ["Zoe", ["phone"], 70]]);
    const check = (query: string) => alikeOf(tenant, `/duplicates/check?entity=contacts&${query}`);
    expect(await check("name=ana%20LIMA&email=Ana@example.com&phone=no")).toEqual([["Ana Lima", ["email", "name"], 94], ["ANA LIMA", ["email", "name"], 94]]);
    expect(await check("name=Nobody")).toEqual([]);
    expect(await check("")).toEqual([]);
    await tenant.call("DELETE", `/contacts/${twin}`);
    expect(await alikeOf(tenant, `/contacts/${id}/duplicates`)).toEqual([["Zoe", ["phone"], 70]]);
  });

  it("that somebody said are none are suggested no more", async () => {
    const tenant = await h.newTenant();
    const [one, two, three] = [await make(tenant, "leads", { name: "A", email: "a@example.com" }), await make(tenant, "leads", { name: "B", email: "a@example.com" }), await make(tenant, "leads", { name: "C", email: "a@example.com" })];
    const ignore = (id: string, ids: string[]) => tenant.call("POST", `/leads/${id}/duplicates/ignore`, { ids });
    expect((await ignore(two, [one])).status).toBe(204);
    expect((await ignore(two, [one])).status).toBe(204);
    expect(await alikeOf(tenant, `/leads/${one}/duplicates`)).toMatchObject([["C", ["email"], 90]]);
    expect((await groups(tenant, "leads"))[0]?.[1]).toEqual(["A", "B", "C"]);
    expect((await ignore(three, [one, two])).status).toBe(204);
    expect(await groups(tenant, "leads")).toEqual([]);
    expect((await ignore(one, [one])).body).toMatchObject({ code: "bad-request" });
    expect((await ignore(one, ["nobody"])).body).toMatchObject({ code: "bad-request", errors: [{ pointer: "/ids/0" }] });
    expect((await auditOf(tenant.id)).filter(({ action }) => action === "lead.keep_apart")).toHaveLength(3);
  });

  it("are read off an index, a stretch at a time", async () => {
    const tenant = await h.newTenant();
    const db = tenantDb(env.DB, tenant.id);
    for (const by of ["email", "phone", "name", "external_id"]) {
      const { table, value, where } = sourceOf(entities.contact, by);
      const plan = await drizzle(env.DB).all<{ detail: string }>(sql`explain query plan select ${value} from ${table} where ${table.tenant_id} = ${tenant.id} and ${where} and ${value} > ${"a"} group by ${value} having count(*) > 1 order by ${value} limit 20`);
      expect(plan.map(({ detail }) => detail).join("\n"), by).toMatch(/^SEARCH \w+ USING (COVERING INDEX|INDEX|PRIMARY KEY) ?\S* \(tenant_id=\?[^\n]*>\?\)$/);
    }
    const values = Array.from({ length: 21_000 }, (_, index) => ({ kind: "contact", field: "~phone", value: `a${String(index).padStart(6, "0")}`, record_id: newId(index) }));
    await db.batch([db.insertMany(recordValues, values)]);
    await make(tenant, "contacts", { name: "Last", phone: "999 999 999" });
    await make(tenant, "contacts", { name: "Last but one", phone: "999-999-999" });
    expect(await groups(tenant, "contacts")).toEqual([[["phone"], ["Last", "Last but one"], 70]]);
  });
});

describe("access", () => {
  it("rejects another tenant", async () => {
    const [ada, bob] = [await h.newTenant(), await h.newTenant()];
    const id = await make(ada, "contacts", { name: "Ana", email: "ana@example.com" });
    const other = await make(ada, "contacts", { name: "Ana", email: "ana@example.com" });
    const mine = await make(bob, "contacts", { name: "Ana", email: "ana@example.com" });
    expect(await groups(bob, "contacts")).toEqual([]);
    expect((await bob.call("GET", `/contacts/${id}/duplicates`)).status).toBe(404);
    expect(await alikeOf(bob, `/contacts/${mine}/duplicates`)).toEqual([]);
    for (const [path, ids, status] of [[id, [other], 404], [mine, [id], 400]] as const) expect((await bob.call("POST", `/contacts/${path}/duplicates/ignore`, { ids })).status).toBe(status);
  });

  it("rejects a role without the permission; what it masks and whose records it leaves out make nobody alike", async () => {
    const tenant = await h.newTenant();
    const roleOf = async (grants: object, masked: object = {}) => colleague(h, tenant, { role: String((await tenant.call("POST", "/roles", { name: `Role ${crypto.randomUUID()}`, grants, masked })).body["id"]) });
    const id = await make(tenant, "contacts", { name: "Ana", email: "ana@example.com", tax_id: "529.982.247-25" });
    await make(tenant, "contacts", { name: "Bia", email: "ana@example.com", tax_id: "529.982.247-25" });
    const viewer = await colleague(h, tenant, { role: "viewer" });
    expect(await groups(viewer, "contacts")).toEqual([[["email"], ["Ana", "Bia"], 90]]);
    expect(await alikeOf(viewer, "/duplicates/check?entity=contacts&tax_id=52998224725")).toEqual([]);
    expect((await viewer.call("POST", `/contacts/${id}/duplicates/ignore`, { ids: [id] })).body).toMatchObject({ code: "forbidden" });
    expect((await (await roleOf({ "contacts.read": "all" })).call("GET", "/duplicates?entity=contacts")).body).toMatchObject({ code: "forbidden" });
    expect(await groups(await roleOf({ "views.read": "all" }), "contacts")).toEqual([]);
    const masked = await roleOf({ "views.read": "all", "contacts.read": "all" }, { contacts: ["email", "tax_id"] });
    expect(await groups(masked, "contacts")).toEqual([]);
    const own = await roleOf({ "views.read": "all", "contacts.read": "own", "contacts.write": "own" });
    const mine = await make(own, "contacts", { name: "Caio", email: "ana@example.com" });
    expect(await groups(own, "contacts")).toEqual([]);
    expect(await alikeOf(own, `/contacts/${mine}/duplicates`)).toEqual([]);
  });
});
