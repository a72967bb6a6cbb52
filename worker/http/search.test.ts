/** One search over all kinds of records. */
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newId } from "../../db/ids.ts";
import { searchDocuments } from "../../db/schema/records.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { entities } from "../../sdk/schema/crm/index.ts";
import { candidateQuery, candidates } from "../domain/search/candidates.ts";
import { scopeWords } from "../domain/records/index-values.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();

const make = async (tenant: Pick<Tenant, "call">, path: string, body: object): Promise<string> => {
  const { status, body: made, text } = await tenant.call("POST", `/${path}`, body);
  expect(status, text).toBe(201);
  return String(made["id"]);
};
const found = async (tenant: Pick<Tenant, "call">, q: string, more = "") => {
  const answer = await tenant.call("GET", `/search?q=${encodeURIComponent(q)}${more}`);
  expect(answer.status, answer.text).toBe(200);
  return listed(answer);
};
const titles = async (...asked: Parameters<typeof found>) => (await found(...asked)).map(({ title }) => title);

describe("a search", () => {
  it("goes over all kinds, what is called so first, then what begins so, then titles, then the rest", async () => {
    const tenant = await h.newTenant();
    await make(tenant, "leads", { name: "Zed", description: "knows everybody at Acme since the fair" });
    await make(tenant, "deals", { name: "Renewal of Acme" });
    await make(tenant, "contacts", { name: "Acme Helpdesk" });
    await make(tenant, "companies", { name: "ACME" });
    const hits = await found(tenant, "acme");
    expect(hits.map(({ kind, title }) => [kind, title])).toEqual([["company", "ACME"], ["contact", "Acme Helpdesk"], ["deal", "Renewal of Acme"], ["lead", "Zed"]]);
    expect(hits[3]).toMatchObject({ matched: "words", snippet: { text: "knows everybody at Acme since the fair", ranges: [[19, 23]] }, title_ranges: [] });
    expect(hits[2]).toMatchObject({ title_ranges: [[11, 15]], snippet: null });
    expect(await titles(tenant, "acme", "&kinds=lead,deal")).toEqual(["Renewal of Acme", "Zed"]);
    expect((await tenant.call("GET", "/search?q=acme&kinds=lead,dog")).body).toMatchObject({ code: "bad-request", errors: [{ pointer: "/query/kinds", detail: expect.stringContaining("there is no kind dog") }] });
  });

  it("takes every word or its beginning, folds accents and case, and knows what has changed", async () => {
    const tenant = await h.newTenant();
    const id = await make(tenant, "leads", { name: "José Ångström" });
    for (const q of ["jose ang", "ÅNGSTRÖM", "ang JOSÉ", "Jose\u0301"]) expect(await titles(tenant, q), q).toEqual(["José Ångström"]);
    expect(await titles(tenant, "jose maria")).toEqual([]);
    await tenant.call("PATCH", `/leads/${id}`, { name: "Maria" });
    expect(await titles(tenant, "jose")).toEqual([]);
    expect(await titles(tenant, "mar")).toEqual(["Maria"]);
    await tenant.call("DELETE", `/leads/${id}`);
    expect(await titles(tenant, "mar")).toEqual([]);
  });

  it("shows the newest first of what is as good, a page at a time", async () => {
    const tenant = await h.newTenant();
    for (let count = 1; count <= 5; count++) await make(tenant, "leads", { name: `Twin ${count}` });
    const first = await tenant.call("GET", "/search?q=twin&limit=2");
    expect(listed(first).map(({ title }) => title)).toEqual(["Twin 5", "Twin 4"]);
    expect(await titles(tenant, "twin", `&limit=3&cursor=${String((first.body["pagination"] as Record<string, unknown>)["next_cursor"])}`)).toEqual(["Twin 3", "Twin 2", "Twin 1"]);
    expect((await tenant.call("GET", "/search?q=twin&cursor=abc")).body).toMatchObject({ code: "bad-request" });
  });

  it("finds by telephone digits, email, taxpayer's number and number of a ticket", async () => {
    const tenant = await h.newTenant();
    await make(tenant, "contacts", { name: "Ada", phone: "+55 (11) 91234-5678", email: "ada@example.com", tax_id: "529.982.247-25", external_id: "X-77/a" });
    await make(tenant, "tickets", { subject: "Printer" });
    for (const [q, by] of [["11 91234 5678", "phone"], ["+5511912345678", "phone"], ["Ada@Example.com", "email"], ["52998224725", "tax_id"], ["X-77/a", "external_id"]] as const) expect(await found(tenant, q), q).toMatchObject([{ title: "Ada", matched: by }]);
    const [ticket] = listed(await tenant.call("GET", "/tickets"));
    expect((await found(tenant, `#${Number(ticket?.["number"])}`))[0]).toMatchObject({ title: "Printer", matched: "number" });
    const viewer = await colleague(h, tenant, { role: "viewer" });
    expect(await found(viewer, "52998224725")).toEqual([]);
  });

  it("never fails, whatever is asked for", async () => {
    const tenant = await h.newTenant();
    await make(tenant, "leads", { name: "Ada" });
    const syntax = fc.array(fc.constantFrom('"', "*", "^", "(", ")", "{title}", ":", "-", "+", " AND ", " OR ", " NOT ", "NEAR(", "scope", "\0", "é", "\u0301", "ada", "०", "𝟘", "\ud800"), { minLength: 1, maxLength: 12 }).map((parts) => parts.join(""));
    const all = new Map([[entities.lead, "title body"] as const]);
    const ctx = { db: tenantDb(env.DB, tenant.id), access: null };
    await fc.assert(
      fc.asyncProperty(fc.oneof(syntax, fc.string({ unit: "grapheme", maxLength: 30 }), fc.string({ unit: "binary", maxLength: 30 })), async (q) => {
        const answer = await tenant.call("GET", `/search?q=${encodeURIComponent(q.toWellFormed())}`);
        expect([200, 400]).toContain(answer.status);
        expect(answer.status === 200 || q.trim() === "", `${JSON.stringify(q)} ${answer.text}`).toBe(true);
        const { wordsIn } = await import("../domain/search/words.ts");
        if (wordsIn(q).length > 0) await candidates(ctx, all, wordsIn(q));
      }),
      { numRuns: 60 },
    );
  });
});

describe("of twenty thousand records with the same word", () => {
  it("the newest few are ranked, found by the index alone, also among records of others", async () => {
    const tenant = await h.newTenant();
    const db = tenantDb(env.DB, tenant.id);
    const scope = scopeWords(tenant.id, "lead");
    for (let part = 0; part < 10; part++) await db.batch([db.insertMany(searchDocuments, Array.from({ length: 2000 }, (_, index) => ({ kind: "lead", record_id: newId(part * 2000 + index), scope, title: `Common ${part * 2000 + index}`, body: "common customer" })))]);
    const began = performance.now();
    const { documents, complete } = await candidates({ db, access: null }, new Map([[entities.lead, "title body"]]), ["common"]);
    const took = performance.now() - began;
    expect([documents.length <= 250, complete]).toEqual([true, false]);
    expect(documents[0]?.title).toBe("Common 19999");
    // A bound that only a scan with counting would miss by far.
    expect(took).toBeLessThan(2000);
    console.info(`common word, 20000 documents: ${took.toFixed(1)} ms`);
    for (const access of [null, { kind: "user", userId: "u", tenantId: tenant.id, teamId: null, grants: { "leads.read": "own" }, masked: {} }]) {
      const { where, orderBy, limit } = candidateQuery({ db, access: access as never }, [entities.lead], '{title body} : ("common"*)', 100);
      const plan = await drizzle(env.DB).all<{ detail: string }>(sql`explain query plan select * from ${searchDocuments} where +${searchDocuments.tenant_id} = ${tenant.id} and ${where} order by ${orderBy} limit ${limit}`);
      const text = plan.map(({ detail }) => detail).join("\n");
      expect(text).toMatch(/SEARCH search_documents USING INTEGER PRIMARY KEY \(rowid=\?\)/);
      expect(text).not.toMatch(/SCAN (search_documents|leads)|TEMP B-TREE/);
    }
  });
});

describe("access", () => {
  it("rejects another tenant", async () => {
    const [ada, bob] = [await h.newTenant(), await h.newTenant()];
    await make(ada, "leads", { name: "Secret lead", email: "secret@example.com" });
    for (const q of ["secret", "secret@example.com", ada.id]) expect(await found(bob, q)).toEqual([]);
  });

  it("rejects a role without the permission, and leaves out kinds, records and columns that it does not show", async () => {
    const tenant = await h.newTenant();
    const roleOf = async (grants: object, masked: object = {}) => colleague(h, tenant, { role: String((await tenant.call("POST", "/roles", { name: `Role ${crypto.randomUUID()}`, grants, masked })).body["id"]) });
    await make(tenant, "leads", { name: "Ada", email: "ada@hidden.example", description: "likes hidden things" });
    await make(tenant, "companies", { name: "Ada Ltd" });
    expect((await (await roleOf({ "leads.read": "all" })).call("GET", "/search?q=ada")).body).toMatchObject({ code: "forbidden" });
    expect(await titles(await roleOf({ "views.read": "all" }), "ada")).toEqual([]);
    expect(await titles(await roleOf({ "views.read": "all", "leads.read": "all" }), "ada")).toEqual(["Ada"]);
    const masked = await roleOf({ "views.read": "all", "leads.read": "all" }, { leads: ["email"] });
    expect(await titles(masked, "hidden")).toEqual([]);
    expect(await titles(masked, "ada@hidden.example")).toEqual([]);
    expect(await found(masked, "ada")).toMatchObject([{ title: "Ada", snippet: null }]);
    const seller = await roleOf({ "views.read": "all", "leads.read": "own", "leads.write": "own" });
    expect(await titles(seller, "ada")).toEqual([]);
    await make(seller, "leads", { name: "Ada of mine", phone: "11 91234-5678" });
    expect(await titles(seller, "ada")).toEqual(["Ada of mine"]);
    expect(await titles(seller, "11912345678")).toEqual(["Ada of mine"]);
    expect(await titles(await roleOf({ "views.read": "all", "leads.read": "own" }), "11912345678")).toEqual([]);
  });
});
