/** Importing records: what is recognised, previewed, written, reported, and undone. */
import { describe, expect, it } from "vitest";
import { auditOf } from "./testing/accounts.ts";
import { harness, type Tenant } from "./testing/harness.ts";
import { all, ask, carryOn, importFile, undo, upload, uploadBytes } from "./testing/importing.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();
const leadsOf = async (tenant: Tenant, query = "sort=name&limit=200") => listed(await tenant.call("GET", `/leads?${query}`));
const few = "Nome;E-mail;Telefone;Etiquetas\nAna;ana@x.io;+55 11 91234-5678;vip\nBia;bia@x.io;;\n";

describe("an uploaded file", () => {
  it("is answered with what was recognised, and nothing is imported", async () => {
    const tenant = await h.newTenant();
    const made = await upload(tenant.call, few);
    expect(made).toMatchObject({ status: "ready", encoding: "utf-8", delimiter: ";", has_header: true, columns: ["Nome", "E-mail", "Telefone", "Etiquetas"], dedupe: { keys: ["email", "phone"], mode: "skip" }, sample: [["Ana", "ana@x.io", "+55 11 91234-5678", "vip"], ["Bia", "bia@x.io", "", ""]] });
    expect(made.mapping.map(({ field }) => field)).toEqual(["name", "email", "phone", "tags"]);
    expect(await leadsOf(tenant)).toEqual([]);
    expect(listed(await tenant.call("GET", "/imports"))).toMatchObject([{ id: made.id, status: "ready" }]);
  });

  it("may be of another encoding, and suggests the tenant's own fields", async () => {
    const tenant = await h.newTenant();
    await all("insert into custom_fields (id, tenant_id, kind, key, title, type, options, required, default_value, position, created_at, updated_at) values (?, ?, 'lead', 'shoe_size', 'Número do sapato', 'number', '[]', 0, null, 1, 1, 1)", crypto.randomUUID(), tenant.id);
    const latin = Uint8Array.from("nome,numero do sapato\nJos\u00e9,42\n", (character) => character.charCodeAt(0));
    expect((await uploadBytes(h, tenant.key, latin)).body).toMatchObject({ encoding: "windows-1252", mapping: [{ field: "name" }, { field: "custom.shoe_size" }], sample: [["José", "42"]] });
    const wide = new Uint8Array(new Uint16Array(Array.from("\uFEFFnome\tnumero do sapato\nJosé\t42\n", (character) => character.charCodeAt(0))).buffer);
    const made = await uploadBytes(h, tenant.key, wide);
    expect(made.body).toMatchObject({ encoding: "utf-16le", delimiter: "\t", sample: [["José", "42"]] });
    const id = String(made.body["id"]);
    await ask(tenant.call, "POST", `/imports/${id}/start`);
    await carryOn(tenant, id);
    expect(await leadsOf(tenant)).toMatchObject([{ name: "José", custom: { shoe_size: 42 } }]);
  });

  it("is refused when it is empty, of another type or for what cannot be imported", async () => {
    const tenant = await h.newTenant();
    const send = (body: string, type = "text/csv", entity = "leads") => tenant.call("POST", `/imports?entity=${entity}`, body, { "content-type": type });
    expect((await send(" ".repeat(0))).body).toMatchObject({ code: "bad-request" });
    expect((await send("a,b", "image/png")).body).toMatchObject({ code: "unsupported-media-type" });
    expect((await send("a,b", "text/csv", "tags")).body).toMatchObject({ code: "bad-request" });
    expect((await send("a,b\n", "text/csv")).body).toMatchObject({ columns: ["a", "b"] });
    expect(listed(await tenant.call("GET", "/imports"))).toHaveLength(1);
  });
});

describe("setting up", () => {
  it("says what cannot be", async () => {
    const tenant = await h.newTenant();
    const { id } = await upload(tenant.call, few);
    for (const [body, pointer] of [
      [{ mapping: [{ column: 9, field: "name" }] }, "/mapping/0/column"],
      [{ mapping: [{ column: 0, field: "colour" }] }, "/mapping/0/field"],
      [{ mapping: [{ column: 0, field: "name" }, { column: 1, field: "name" }] }, "/mapping/1/field"],
      [{ dedupe: { keys: ["score"], mode: "skip" } }, "/dedupe/keys/0"],
      [{ dedupe: { keys: ["external_id"], mode: "update" } }, "/dedupe/keys/0"],
      [{ dedupe: { keys: [], mode: "skip" } }, "/dedupe/keys"],
      [{ options: { tag: "gone" } }, "/options/tag"],
    ] as const) expect((await tenant.call("PATCH", `/imports/${id}`, body)).body, pointer).toMatchObject({ code: "bad-request", errors: [{ pointer }] });
    await ask(tenant.call, "PATCH", `/imports/${id}`, { mapping: [{ column: 1, field: "email" }], dedupe: { keys: [], mode: "create" } });
    expect((await tenant.call("POST", `/imports/${id}/start`)).body).toMatchObject({ code: "bad-request", detail: expect.stringContaining("name") });
  });

  it("reads the file anew with another delimiter or without a header", async () => {
    const tenant = await h.newTenant();
    const { id } = await upload(tenant.call, "Ana|1;2\nBia|3;4\n");
    expect(await ask(tenant.call, "PATCH", `/imports/${id}`, { delimiter: "|", has_header: true })).toMatchObject({ columns: ["Ana", "1;2"], sample: [["Bia", "3;4"]] });
  });
});

describe("a preview", () => {
  it("tells what would be, row by row, and writes nothing", async () => {
    const tenant = await h.newTenant();
    await tenant.call("POST", "/leads", { name: "Ana", email: "ana@x.io" });
    const { id } = await upload(tenant.call, "name,email,score\nAna,ana@x.io,5\nBia,bia@x.io,x\nCaio,not-an-address,1\n,nobody@x.io,\nDavi,davi@x.io,1\nDavi,DAVI@x.io,2\n");
    expect((await tenant.call("POST", `/imports/${id}/preview`, {})).body).toEqual({
      rows: 6,
      complete: true,
      create: 1,
      update: 0,
      skip: 2,
      invalid: 3,
      problems: [
        { row: 2, column: null, value: null, message: expect.stringContaining("the same email as the record") },
        { row: 3, column: "score", value: "x", message: "is not a number as 1234.5" },
        { row: 4, column: "email", value: "not-an-address", message: "is not an email address" },
        { row: 5, column: "name", value: null, message: "Name is missing" },
        { row: 7, column: null, value: null, message: "the same email as row 6" },
      ],
    });
    expect((await tenant.call("POST", `/imports/${id}/preview`, { rows: 2 })).body).toMatchObject({ rows: 2, complete: false });
    expect(await leadsOf(tenant)).toHaveLength(1);
  });
});

describe("an import", () => {
  it("writes records with history, event and words; tags and people by name", async () => {
    const tenant = await h.newTenant();
    const owner = await colleague(h, tenant, { email: `owner-${tenant.slug}@example.com` });
    const done = await importFile(tenant, `${few.replace("Etiquetas", "Etiquetas;Responsável").replace("vip\n", `vip, new;${owner.email.toUpperCase()}\n`).replace(";;\n", ";;;nobody@x.io\n")}`);
    expect(done).toMatchObject({ status: "completed", progress: { percent: 100, rows: 2, created: 1, invalid: 1 } });
    const [ana] = await leadsOf(tenant);
    expect(ana).toMatchObject({ name: "Ana", phone: "+55 11 91234-5678", owner_id: owner.id, tags: [expect.any(String), expect.any(String)], version: 1 });
    expect(await leadsOf(tenant, "q=ana")).toHaveLength(1);
    expect((await auditOf(tenant.id)).filter(({ entity_id }) => entity_id === ana?.["id"])).toMatchObject([{ action: "lead.create" }]);
    expect(await all("select type from events where tenant_id = ? and type in ('lead.created', 'import.completed') order by seq", tenant.id)).toEqual([{ type: "lead.created" }, { type: "import.completed" }]);
    const report = await tenant.call("GET", `/imports/${done.id}/errors`);
    expect(report.text.replace(/^\uFEFF/, "")).toBe("row,reason,Nome,E-mail,Telefone,Etiquetas,Responsável\r\n3,Responsável: is nobody's address or id here,Bia,bia@x.io,,,nobody@x.io\r\n");
  });

  it("can be quiet: no event of its records, but of its end", async () => {
    const tenant = await h.newTenant();
    await importFile(tenant, few, { options: { fire_events: false } });
    expect(await leadsOf(tenant)).toHaveLength(2);
    expect(await all("select type from events where tenant_id = ? and record_type in ('lead', 'import')", tenant.id)).toEqual([{ type: "import.completed" }]);
  });

  it.each([["skip", { created: 1, updated: 0, skipped: 2 }, "Ana"], ["update", { created: 1, updated: 2, skipped: 0 }, "Anita"], ["create", { created: 3, updated: 0, skipped: 0 }, "Ana"]] as const)("of records that are there: %s", async (mode, progress, name) => {
    const tenant = await h.newTenant();
    const { body } = await tenant.call("POST", "/leads", { name: "Ana", email: "ana@x.io", score: 3, city: "Recife" });
    const done = await importFile(tenant, "name,email,phone,score\nAnita,ANA@x.io,,\nBia,bia@x.io,+55 (11) 91234-5678,1\nBia 2,,55 11 91234 5678,7\n", { dedupe: { keys: ["email", "phone"], mode } });
    expect(done.progress).toMatchObject(progress);
    const [first] = await leadsOf(tenant, "email=ana@x.io&sort=created_at");
    expect(first).toMatchObject({ id: body["id"], name, score: 3, city: "Recife" });
    expect((await leadsOf(tenant)).filter((one) => String(one["name"]).startsWith("Bia"))).toMatchObject(mode === "update" ? [{ name: "Bia 2", score: 7, email: "bia@x.io" }] : mode === "skip" ? [{ name: "Bia" }] : [{ name: "Bia" }, { name: "Bia 2" }]);
  });

  it("reads values in the way of their country, and says of each what is wrong", async () => {
    const tenant = await h.newTenant();
    await tenant.call("POST", "/companies", { name: "Acme" });
    const file = "name,value,currency,expected_close,company\nOne,\"1.234,56\",BRL,31/12/2026,Acme\nTwo,10,JPY,,\nThree,abc,BRL,31/02/2026,Nobody\n";
    const mapping = [{ column: 0, field: "name" }, { column: 1, field: "value", decimal: "," }, { column: 2, field: "currency" }, { column: 3, field: "expected_close", date_format: "dmy" }, { column: 4, field: "company_id" }];
    const done = await importFile(tenant, file, { mapping }, "deals");
    expect(done.progress).toMatchObject({ created: 2, invalid: 1 });
    expect(listed(await tenant.call("GET", "/deals?sort=name"))).toMatchObject([{ name: "One", value: 123_456, currency: "BRL", expected_close: "2026-12-31", company_id: expect.any(String) }, { name: "Two", value: 10 }]);
    expect((await tenant.call("GET", `/imports/${done.id}/errors`)).text).toContain("expected_close: is not a day written as dmy");
  });

  it("keeps what is sensitive sealed, also in its ledger, and finds people by it", async () => {
    const tenant = await h.newTenant();
    await tenant.call("POST", "/contacts", { name: "Old", tax_id: "529.982.247-25" });
    const done = await importFile(tenant, "name,CPF,Rua\nNew,52998224725,Rua A\nBad,123,\n", { dedupe: { keys: ["tax_id"], mode: "update" } }, "contacts");
    expect(done.progress).toMatchObject({ created: 0, updated: 1, invalid: 1 });
    expect(listed(await tenant.call("GET", "/contacts"))).toMatchObject([{ name: "New", tax_id: "52998224725", address: { street: "Rua A" } }]);
    expect(JSON.stringify(await all("select * from import_rows where tenant_id = ?", tenant.id))).not.toMatch(/52998224725|529\.982|Rua A|"123"/);
    expect((await undo(tenant, done.id)).progress).toMatchObject({ undone: 1, kept: 0 });
    expect(listed(await tenant.call("GET", "/contacts"))).toMatchObject([{ name: "Old", tax_id: "52998224725", address: null }]);
  });
});

describe("undoing", () => {
  it("deletes what was made and gives back what was changed, but for what somebody has changed since", async () => {
    const tenant = await h.newTenant();
    const old = (await tenant.call("POST", "/leads", { name: "Ana", email: "ana@x.io", score: 1, city: "Recife" })).body;
    const done = await importFile(tenant, "name,email,score,city\nAnita,ana@x.io,5,Olinda\nBia,bia@x.io,1,\nBeatriz,bia@x.io,2,\n", { dedupe: { keys: ["email"], mode: "update" } });
    expect(done.progress).toMatchObject({ created: 1, updated: 2 });
    await tenant.call("PATCH", `/leads/${String(old["id"])}`, { score: 99 });
    expect(await undo(tenant, done.id)).toMatchObject({ status: "undone", progress: { undone: 1, kept: 1 } });
    expect(await leadsOf(tenant)).toMatchObject([{ name: "Ana", score: 99, city: "Recife" }]);
    expect((await tenant.call("GET", `/imports/${done.id}/errors`)).text).toContain("2,kept: score,Anita");
    expect((await tenant.call("POST", `/imports/${done.id}/undo`)).body).toMatchObject({ code: "conflict" });
  });

  it("goes for a cancelled import too; one that has ended is not cancelled", async () => {
    const tenant = await h.newTenant();
    const { id } = await upload(tenant.call, few);
    expect(await ask(tenant.call, "POST", `/imports/${id}/cancel`)).toMatchObject({ status: "cancelled" });
    expect((await tenant.call("POST", `/imports/${id}/start`)).body).toMatchObject({ code: "conflict" });
    expect((await tenant.call("POST", `/imports/${id}/cancel`)).body).toMatchObject({ code: "conflict" });
    expect(await undo(tenant, id)).toMatchObject({ status: "undone" });
  });
});

describe("access", () => {
  it("rejects another tenant", async () => {
    const [mine, other] = [await h.newTenant(), await h.newTenant()];
    const { id } = await upload(mine.call, few);
    for (const [method, path] of [["GET", ""], ["GET", "/errors"], ["POST", "/start"], ["POST", "/cancel"], ["POST", "/undo"], ["POST", "/preview"]] as const) expect((await other.call(method, `/imports/${id}${path}`, method === "POST" ? {} : undefined)).status, path).toBe(404);
    expect(listed(await other.call("GET", "/imports"))).toEqual([]);
  });

  it("shows rows as they came to nobody who may not see such records whole", async () => {
    const tenant = await h.newTenant();
    const done = await importFile(tenant, "name,email\n,secret@x.io\n");
    const role = await tenant.call("POST", "/roles", { name: "Masked", grants: { "imports.read": "all", "leads.read": "all" }, masked: { leads: ["email"] } });
    const masked = await colleague(h, tenant, { role: String(role.body["id"]) });
    expect((await ask(masked.call, "GET", `/imports/${done.id}`)).sample).toEqual([]);
    expect((await masked.call("GET", `/imports/${done.id}/errors`)).text).toBe("row,reason\r\n2,name: Name is missing\r\n");
  });

  it("rejects a role without the permission, and ends an import whose starter has lost it", async () => {
    const tenant = await h.newTenant();
    const [member, manager] = [await colleague(h, tenant, { role: "member" }), await colleague(h, tenant, { role: "manager" })];
    expect((await member.call("POST", "/imports?entity=leads", few, { "content-type": "text/csv" })).status).toBe(403);
    const { id } = await upload(manager.call, few);
    expect((await member.call("GET", `/imports/${id}`)).status).toBe(200);
    await all("update imports set status = 'running', started_at = 1, started_by_kind = 'user', started_by_id = ? where id = ?", member.id, id);
    await carryOn(tenant, id);
    expect(await ask(manager.call, "GET", `/imports/${id}`)).toMatchObject({ status: "failed", error: expect.stringContaining("imports.write"), progress: { created: 0 } });
  });
});
