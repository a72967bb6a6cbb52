/** A person's data in records of the CRM: exported, erased, archived and put back. */
import { describe, expect, it } from "vitest";
import { objectsOf } from "../domain/ports.ts";
import { env, harness, operatorKey, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness(objectsOf);
type Caller = Pick<Tenant, "call">;
const make = async ({ call }: Caller, path: string, body: object) => {
  const answer = await call("POST", path, body);
  expect(answer.status, answer.text).toBe(201);
  return String(answer.body["id"]);
};
const cpf = "52998224725";
const email = "ana@customers.example";

async function ground() {
  const tenant = await h.newTenant();
  const admin = await colleague(h, tenant, { role: "admin" });
  await make(admin, "/custom-fields", { entity: "contact", key: "nickname", title: "Nickname", type: "text" });
  const contact = await make(admin, "/contacts", { name: "Ana Souza", email, phone: "+55 11 91234-5678", birthday: "1990-01-02", tax_id: cpf, address: { street: "Rua A", city: "Recife" }, source: "ads", custom: { nickname: "Aninha" } });
  const gone = await make(admin, "/leads", { name: "Ana before", email });
  await admin.call("DELETE", `/leads/${gone}`);
  const other = await make(admin, "/leads", { name: "Bruno", email: "bruno@customers.example", description: `knows ${email.toUpperCase()} well`, score: 7 });
  await admin.call("PATCH", `/contacts/${contact}`, { phone: "+55 11 90000-0000" });
  return { tenant, admin, contact, gone, other };
}
async function fileOf(admin: Caller, begun: { status: number; text: string; body: Record<string, unknown> }): Promise<string> {
  expect(begun.status, begun.text).toBe(202);
  return (await admin.call("GET", `/privacy/exports/${String(begun.body["id"])}/file`)).text;
}
const everything = async (tenant: string) => {
  const tables = ["leads", "contacts", "record_values", "search_documents", "audit_events", "events"];
  return JSON.stringify(await Promise.all(tables.map(async (table) => (await env.DB.prepare(`select * from ${table} where tenant_id = ?`).bind(tenant).all()).results)));
};

describe("somebody who is a customer", () => {
  it("is exported with their records, what is sealed opened, deleted ones too, and with what mentions them", async () => {
    const { admin, contact, gone, other } = await ground();
    const lines = (await fileOf(admin, await admin.call("POST", "/privacy/exports", { email }))).trim().split("\n").map((line) => JSON.parse(line) as { place?: string; row: Record<string, unknown> });
    const found = new Map(lines.filter(({ place }) => place === "contacts" || place === "leads").map(({ row }) => [row["id"], row]));
    expect([...found.keys()].sort()).toEqual([contact, gone, other].sort());
    expect(found.get(contact)).toMatchObject({ name: "Ana Souza", tax_id: cpf, address: { street: "Rua A", city: "Recife" }, custom: { nickname: "Aninha" } });
  });

  it("is erased: fields, sealed ones, words, values, history and events; the record stays, as nobody's", async () => {
    const { tenant, admin, contact, other } = await ground();
    const begun = await admin.call("POST", "/privacy/erasures", { email, confirm: email });
    expect((await admin.call("GET", `/privacy/erasures/${String(begun.body["id"])}`)).body).toMatchObject({ status: "completed", counts: { contacts: 1, leads: 2 } });
    expect((await admin.call("GET", `/contacts/${contact}`)).body).toMatchObject({ name: "[erased]", email: null, phone: null, birthday: null, tax_id: null, address: null, custom: {}, source: "ads", version: 3 });
    expect((await admin.call("GET", `/leads/${other}`)).body).toMatchObject({ name: "Bruno", email: "bruno@customers.example", description: "knows [erased] well", score: 7 });
    for (const word of ["souza", "aninha", "91234"]) expect(listed(await admin.call("GET", `/contacts?q=${word}`)), word).toEqual([]);
    expect(listed(await admin.call("GET", `/contacts?tax_id=${cpf}`))).toEqual([]);
    expect(await everything(tenant.id)).not.toMatch(/Souza|Aninha|Ana before|91234|90000|ana@customers|Rua A/i);
    expect(listed(await admin.call("GET", `/contacts/${contact}/history`)).map(({ action }) => action)).toEqual(["contact.update", "contact.create"]);
  });
});

describe("a tenant's archive", () => {
  it("has its records, and puts them back: found by words, values and sealed numbers, under new keys", async () => {
    const { tenant, admin, contact, gone } = await ground();
    const tag = await make(admin, "/tags", { name: "hot" });
    await admin.call("PATCH", `/contacts/${contact}`, { tags: [tag] });
    const before = (await admin.call("GET", `/contacts/${contact}`)).body;
    const file = await fileOf(admin, await admin.call("POST", `/tenants/${tenant.id}/export`));
    expect((await admin.call("POST", `/tenants/${tenant.id}/erase`, { confirm: tenant.slug })).status).toBe(202);
    const left = await env.DB.prepare("select (select count(*) from contacts where tenant_id = ?1) + (select count(*) from record_values where tenant_id = ?1) + (select count(*) from search_documents where tenant_id = ?1) + (select count(*) from data_keys where tenant_id = ?1) as n").bind(tenant.id).first("n");
    expect(left).toBe(0);
    const imported = await h.call(operatorKey, "POST", "/api/v1/operator/tenants/import", file, { "content-type": "application/x-ndjson" });
    expect(imported.status, imported.text).toBe(201);
    expect(imported.body["counts"]).toMatchObject({ contacts: 1, leads: 2, custom_fields: 1, tags: 1 });
    const again = await colleague(h, tenant, { role: "admin" });
    expect((await again.call("GET", `/contacts/${contact}`)).body).toEqual(before);
    for (const query of [`tax_id=${cpf}`, "q=aninha", `tags=${tag}`, `filter=${encodeURIComponent('{"custom.nickname":"aninha"}')}`]) expect(listed(await again.call("GET", `/contacts?${query}`)), query).toMatchObject([{ id: contact }]);
    expect(listed(await again.call("GET", "/leads?deleted=true"))).toMatchObject([{ id: gone }]);
    const row = await env.DB.prepare("select * from contacts where id = ?").bind(contact).first();
    expect(JSON.stringify(row)).not.toMatch(/52998224725|Rua A/);
  });
});
