/** Exporting, erasing and importing a whole tenant, over real objects. */
import { getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import * as schema from "../../db/schema/index.ts";
import { objectsOf } from "../domain/ports.ts";
import { runDueJobs } from "../domain/privacy/run.ts";
import { join, signUp } from "./testing/accounts.ts";
import { env, harness, operatorKey, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";
import { everythingOf, storeExecution } from "./testing/stored.ts";

const h = harness(objectsOf);

const count = async (table: string, tenant: string, column = "tenant_id") => Number((await env.DB.prepare(`select count(*) as n from ${table} where ${column} = ?`).bind(tenant).first<{ n: number }>())?.n);
const importing = (file: string) => h.call(operatorKey, "POST", "/api/v1/operator/tenants/import", file, { "content-type": "application/x-ndjson" });

async function archiveOf(tenant: Pick<Tenant, "call">): Promise<string> {
  const begun = await tenant.call("POST", "/tenants/current/export");
  expect(begun.status, begun.text).toBe(202);
  const file = await tenant.call("GET", `/privacy/exports/${String(begun.body["id"])}/file`);
  expect(file.status, file.text).toBe(200);
  return file.text;
}

/** Without what an export and an import themselves leave behind. */
const content = (file: string): string[] =>
  file
    .trim()
    .split("\n")
    .filter((line) => !/"action":"(privacy\.export_tenant|tenant\.(erase|import))"|"place":"privacy_receipts"/.test(line))
    .sort();

async function furnished() {
  const tenant = await h.newTenant();
  await tenant.deploy({}, { id: "second" });
  const admin = await colleague(h, tenant, { role: "admin" });
  const guest = await signUp(h);
  await join(guest, tenant.id, "viewer");
  await tenant.call("PUT", "/hooks/github", { scheme: "none" });
  await tenant.call("PUT", "/hooks/signed", { scheme: "github", secret: "a-secret-of-some-length-0123456789" });
  await tenant.call("POST", "/variables", { name: "PLAN", type: "string", value: "pro" });
  await tenant.call("POST", "/variables", { name: "KEY", type: "secret", value: "s3cret-value-of-some-length", hosts: ["api.example.com"] });
  await tenant.call("PATCH", "/tenants/current/settings", { locale: "es", retention_months: 6 });
  const ended = await storeExecution(tenant.id, { input: { a: 1 }, output: new Map([["b", new Date(5)]]), steps: [{}, {}], logs: ["done"], placement: "pooled" });
  const paused = await storeExecution(tenant.id, { status: "paused", steps: [{ status: "waiting", kind: "event", ended: null, endedAt: null }] });
  for (const [folder, text] of [["values", "ü"], ["payloads", "{}"], ["bundles", "{}"]] as const) await env.BLOBS.put(`${folder}/${tenant.id}/${ended}/one`, text);
  return { tenant, admin, guest, ended, paused };
}

async function eraseTenant({ tenant, admin }: { tenant: Tenant; admin: Pick<Tenant, "call"> }): Promise<void> {
  const answer = await admin.call("POST", `/tenants/${tenant.id}/erase`, { confirm: tenant.slug });
  expect(answer.status, answer.text).toBe(202);
}

describe("the archive of a tenant", () => {
  it("is the same after an erasure and an import; secrets are missing and have to be set again", async () => {
    const ground = await furnished();
    const { tenant, ended } = ground;
    const before = await archiveOf(tenant);
    const execution = await everythingOf(tenant.id, ended);
    await eraseTenant(ground);
    const imported = await importing(before);
    expect(imported.status, imported.text).toBe(201);
    expect(imported.body).toMatchObject({ id: tenant.id, slug: tenant.slug, counts: { users: 1, memberships: 2, workflows: 2, executions: 2, values: 1 } });
    expect(content(await archiveOf(tenant))).toEqual(content(before));
    expect(await everythingOf(tenant.id, ended)).toBe(execution);
    expect((await tenant.call("GET", `/executions/${ended}`)).body).toMatchObject({ status: "completed", input: { a: 1 } });
    expect((await tenant.call("GET", "/tenants/current")).body).toMatchObject({ status: "active", settings: { locale: "es", retention_months: 6 } });
    expect(listed(await tenant.call("GET", "/variables")).find(({ name }) => name === "KEY")).toMatchObject({ has_value: false });
    expect(before).not.toMatch(/"password_hash":"|scrypt|s3cret/);
  });

  it("is refused where an id is taken, before anything is written", async () => {
    const ground = await furnished();
    const file = await archiveOf(ground.tenant);
    expect((await importing(file)).body).toMatchObject({ status: 409, code: "conflict", detail: expect.stringContaining(ground.tenant.id) });
    await eraseTenant(ground);
    await env.DB.prepare("insert into users (id, email, name, created_at, updated_at) values (?, ?, 'Other', 1, 1)").bind(crypto.randomUUID(), ground.admin.email).run();
    expect((await importing(file)).body).toMatchObject({ status: 409, detail: expect.stringContaining(ground.admin.id) });
    expect(await count("tenants", ground.tenant.id, "id")).toBe(0);
  });

  it("is taken from the operator alone, and only when it is one", async () => {
    const { tenant, admin } = await furnished();
    expect((await importing("{}\n")).body).toMatchObject({ status: 400 });
    expect((await importing("nonsense")).body).toMatchObject({ status: 400, detail: expect.stringContaining("Line 1") });
    expect((await h.call(operatorKey, "POST", "/api/v1/operator/tenants/import", {})).status).toBe(415);
    expect((await admin.call("POST", "/operator/tenants/import", "{}\n", { "content-type": "application/x-ndjson" })).status).toBe(403);
    expect((await h.call(tenant.key, "GET", "/api/v1/operator/erasures")).status).toBe(403);
  });
});

describe("an erased tenant", () => {
  it("is gone from the database, the objects and R2, with the people no other tenant knows; a receipt stays with the operator", async () => {
    const ground = await furnished();
    const { tenant, admin, guest, ended, paused } = ground;
    const tables = Object.values(schema).flatMap((one) => (is(one, SQLiteTable) && "tenant_id" in one ? [getTableName(one)] : []));
    expect(tables.length).toBeGreaterThan(15);
    expect(await count("audit_events", tenant.id)).toBeGreaterThan(3);
    await eraseTenant(ground);
    for (const name of tables) expect(await count(name, tenant.id), name).toBe(name === "privacy_jobs" ? 1 : 0);
    expect(await count("tenants", tenant.id, "id")).toBe(0);
    expect([await count("users", admin.id, "id"), await count("users", guest.id, "id")]).toEqual([0, 1]);
    for (const folder of ["values", "payloads", "bundles", "exports"]) expect((await env.BLOBS.list({ prefix: `${folder}/${tenant.id}/` })).objects, folder).toEqual([]);
    for (const id of [ended, paused]) expect(await everythingOf(tenant.id, id)).toBe("");
    expect(await objectsOf(env).hub(tenant.id).list({ limit: 1 })).toMatchObject({ ok: true, value: { data: [] } });
    expect((await tenant.call("GET", "/workflows")).status).toBe(401);
    const receipts = listed(await h.call(operatorKey, "GET", "/api/v1/operator/erasures"));
    expect(receipts.find((receipt) => receipt["tenant_id"] === tenant.id)).toMatchObject({ kind: "erase_tenant", status: "completed", actor_id: admin.id, counts: { executions: 2, memberships: 2 } });
  });

  it("needs its slug as confirmation, and is nobody's but its own", async () => {
    const { tenant, admin } = await furnished();
    const other = await furnished();
    expect((await admin.call("POST", "/tenants/current/erase", { confirm: "other" })).body).toMatchObject({ status: 400, errors: [{ pointer: "/confirm" }] });
    expect((await admin.call("POST", `/tenants/${other.tenant.id}/erase`, { confirm: other.tenant.slug })).status).toBe(404);
    expect((await admin.call("POST", `/tenants/${other.tenant.id}/export`)).status).toBe(404);
    expect((await tenant.call("GET", "/workflows")).status).toBe(200);
    expect((await other.tenant.call("GET", "/workflows")).status).toBe(200);
  });

  it("goes on going after a crash in between", async () => {
    const ground = await furnished();
    const { tenant } = ground;
    const remove = env.BLOBS.list.bind(env.BLOBS);
    env.BLOBS.list = () => Promise.reject(new Error("the process died"));
    try {
      await eraseTenant(ground);
    } finally {
      env.BLOBS.list = remove;
    }
    expect(await count("tenants", tenant.id, "id")).toBe(1);
    expect((await tenant.call("POST", "/api-keys", { name: "x" })).body).toMatchObject({ code: "tenant-suspended" });
    await runDueJobs(env, Date.now() + 120_000);
    expect(await count("tenants", tenant.id, "id")).toBe(0);
  });
});
