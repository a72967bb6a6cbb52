/** Lists as files. */
import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { auditOf } from "./testing/accounts.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { importFile } from "./testing/importing.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();
const exported = async (who: Pick<Tenant, "call">, body: object) => {
  const { status, text } = await who.call("POST", "/exports", body);
  expect(status, text).toBe(200);
  return text;
};
const rowsOf = (text: string) => Papa.parse<Record<string, string>>(text.replace(/^\uFEFF/, ""), { header: true, skipEmptyLines: true }).data;

describe("an export", () => {
  it("is the list with its filter, words and order; tags, people and the tenant's own fields by name", async () => {
    const tenant = await h.newTenant();
    const owner = await colleague(h, tenant, { name: "Grace Hopper" });
    await env.DB.prepare("insert into custom_fields (id, tenant_id, kind, key, title, type, options, required, default_value, position, created_at, updated_at) values (?, ?, 'lead', 'size', 'Größe', 'number', '[]', 0, null, 1, 1, 1)").bind(crypto.randomUUID(), tenant.id).run();
    const tag = String((await tenant.call("POST", "/tags", { name: "vip" })).body["id"]);
    for (const [name, score] of [["Ana", 5], ["Bia", 9], ["Caio", -2]] as const) await tenant.call("POST", "/leads", { name, score, owner_id: owner.id, tags: [tag], custom: { size: 42 } });
    const text = await exported(tenant, { entity: "leads", filter: { score: { $lt: 9 } }, sort: "name", columns: ["name", "score", "owner_id", "tags", "custom.size"] });
    expect(text).toBe("Name,Score,Owner,Tags,Größe\r\nAna,5,Grace Hopper,vip,42\r\nCaio,-2,Grace Hopper,vip,42\r\n");
    expect(await exported(tenant, { entity: "leads", q: "bia", columns: ["name", "owner_id"], references: "id", delimiter: ";", bom: false })).toBe(`Name;Owner\r\nBia;${owner.id}\r\n`);
    expect((await auditOf(tenant.id)).filter(({ action }) => action === "export.create")).toHaveLength(2);
  });

  it("holds no formulas, and reads back what was written, through an import", async () => {
    const tenant = await h.newTenant();
    const texts = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "tab\tin", 'quo"te, and; more', "two\nlines", "'tis"];
    for (const [index, text] of texts.entries()) await tenant.call("POST", "/leads", { name: text, external_id: String(index), phone: "+55 11 91234-5678" });
    const text = await exported(tenant, { entity: "leads", sort: "external_id" });
    const rows = rowsOf(text);
    expect(rows.map((row) => row["Name"])).toEqual(["'=1+1", "'+cmd|' /C calc'!A0", "'-2", "'@SUM(A1)", "tab\tin", 'quo"te, and; more', "two\nlines", "'tis"]);
    expect(rows[0]).toMatchObject({ Phone: "'+55 11 91234-5678", Score: "0" });
    const other = await h.newTenant();
    expect((await importFile(other, text, { dedupe: { keys: [], mode: "create" } })).progress).toMatchObject({ created: texts.length, invalid: 0 });
    expect(listed(await other.call("GET", "/leads?sort=external_id")).map(({ name, phone }) => [name, phone])).toEqual(texts.map((name) => [name, "+55 11 91234-5678"]));
  });

  it("writes amounts in their currency and times in the tenant's zone", async () => {
    const tenant = await h.newTenant();
    await tenant.call("PATCH", "/tenants/current/settings", { timezone: "America/Sao_Paulo" });
    await tenant.call("POST", "/deals", { name: "One", value: -123_456, currency: "BRL" });
    await tenant.call("POST", "/deals", { name: "Two", value: 500, currency: "JPY" });
    await tenant.call("POST", "/tasks", { title: "Call", due_at: "2026-01-15T13:00:00Z" });
    expect(rowsOf(await exported(tenant, { entity: "deals", sort: "name" })).map((row) => row["Value"])).toEqual(["-1234.56", "500"]);
    expect(await exported(tenant, { entity: "tasks", columns: ["due_at"], times: "local", bom: false })).toBe("Due\r\n2026-01-15 10:00:00\r\n");
    expect(await exported(tenant, { entity: "tasks", columns: ["due_at"], bom: false })).toBe("Due\r\n2026-01-15T13:00:00.000Z\r\n");
  });

  it("is sent page by page: nothing is read before somebody asks, and all pages come", async () => {
    const tenant = await h.newTenant();
    const count = 1203;
    const file = `name,score\n${Array.from({ length: count }, (_, index) => `Lead ${index},${index % 1000}\n`).join("")}`;
    expect((await importFile(tenant, file, { options: { fire_events: false } })).progress).toMatchObject({ created: count });
    const response = await h.fetch(new Request("http://everstep.test/api/v1/exports", { method: "POST", headers: { authorization: `Bearer ${tenant.key}`, "content-type": "application/json" }, body: JSON.stringify({ entity: "leads", sort: "score", columns: ["name"] }) }));
    const sizes: number[] = [];
    let marked = new Uint8Array();
    let text = "";
    for await (const piece of response.body ?? []) {
      if (sizes.length === 0) marked = piece;
      sizes.push(piece.length);
      text += new TextDecoder().decode(piece);
    }
    expect(Array.from(marked.subarray(0, 3))).toEqual([0xef, 0xbb, 0xbf]);
    expect(new Set(text.trim().split("\r\n")).size).toBe(count + 1);
    expect(sizes.length).toBeGreaterThanOrEqual(4);
  });

  it("shows what is masked masked, and no more than one may see", async () => {
    const tenant = await h.newTenant();
    await tenant.call("POST", "/contacts", { name: "Ada", tax_id: "529.982.247-25", email: "ada@example.com" });
    const role = await tenant.call("POST", "/roles", { name: "Exporter", grants: { "imports.write": "all", "contacts.read": "all", "leads.read": "own" }, masked: { contacts: ["tax_id", "email"] } });
    const exporter = await colleague(h, tenant, { role: String(role.body["id"]) });
    expect(rowsOf(await exported(exporter, { entity: "contacts" }))).toMatchObject([{ CPF: "***.***.***-25", Email: "a…@example.com" }]);
    await tenant.call("POST", "/leads", { name: "Somebody's" });
    expect(rowsOf(await exported(exporter, { entity: "leads" }))).toEqual([]);
    expect((await exporter.call("POST", "/exports", { entity: "deals" })).status).toBe(403);
  });

  it("rejects what there is not, another tenant's records, and a role without the permission", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    await tenant.call("POST", "/leads", { name: "Mine" });
    expect((await tenant.call("POST", "/exports", { entity: "leads", columns: ["colour"] })).body).toMatchObject({ code: "bad-request", errors: [{ pointer: "/columns/0" }] });
    expect((await tenant.call("POST", "/exports", { entity: "leads", sort: "colour" })).body).toMatchObject({ code: "bad-request" });
    expect((await tenant.call("POST", "/exports", { entity: "leads", filter: { colour: 1 } })).body).toMatchObject({ code: "bad-request" });
    expect(rowsOf(await exported(other, { entity: "leads" }))).toEqual([]);
    const member = await colleague(h, tenant, { role: "member" });
    expect((await member.call("POST", "/exports", { entity: "leads" })).status).toBe(403);
  });
});
