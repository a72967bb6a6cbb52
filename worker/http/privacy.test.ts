/** Exporting and erasing a person, over real objects. */
import { describe, expect, it } from "vitest";
import { getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import { newId } from "../../db/ids.ts";
import * as schema from "../../db/schema/index.ts";
import { objectsOf } from "../domain/ports.ts";
import { places } from "../domain/privacy/places.ts";
import { join, signUp, type Person } from "./testing/accounts.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";
import { everythingOf, storeExecution } from "./testing/stored.ts";

let ahead = 0;
const h = harness(objectsOf, () => Date.now() + ahead);
const day = 86_400_000;

type Caller = Pick<Tenant, "call">;
const rows = async (query: string, ...values: unknown[]) => (await env.DB.prepare(query).bind(...values).all<Record<string, unknown>>()).results;

/** A call to a hook whose body was kept. */
async function delivery(tenant: string, body: string): Promise<string> {
  const id = newId(Date.now());
  const key = `payloads/${tenant}/2026-11/${id}`;
  await env.BLOBS.put(key, body);
  await env.DB.prepare("insert into hook_deliveries (id, tenant_id, path, status, execution_ids, bytes, payload_key, received_at) values (?, ?, 'p', 202, '[]', 1, ?, 1)").bind(id, tenant, key).run();
  return key;
}

async function exported(by: Caller, body: object): Promise<{ id: string; lines: Record<string, unknown>[]; text: string }> {
  const begun = await by.call("POST", "/privacy/exports", body);
  expect(begun.status, begun.text).toBe(202);
  const id = String(begun.body["id"]);
  expect((await by.call("GET", `/privacy/exports/${id}`)).body).toMatchObject({ status: "completed" });
  const { text, status, headers } = await by.call("GET", `/privacy/exports/${id}/file`);
  expect([status, headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
  return { id, text, lines: text.trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>) };
}

async function erased(by: Caller, body: object): Promise<Record<string, unknown>> {
  const begun = await by.call("POST", "/privacy/erasures", body);
  expect(begun.status, begun.text).toBe(202);
  const done = await by.call("GET", `/privacy/erasures/${String(begun.body["id"])}`);
  expect(done.body, done.text).toMatchObject({ status: "completed" });
  return done.body;
}

/** A member of a tenant who has left traces everywhere. */
async function withTraces(role = "member") {
  const tenant = await h.newTenant();
  const admin = await colleague(h, tenant, { role: "admin" });
  const person = await colleague(h, tenant, { role, name: "Grace Hopper" });
  const { email } = person;
  await admin.call("POST", "/teams", { name: `about ${email}` });
  await admin.call("POST", "/invitations", { email: `other-${email}`, role: "viewer" });
  await env.DB.prepare("insert into invitations (id, tenant_id, email, role, token_hash, created_at, expires_at) values (?1, ?2, ?3, 'member', ?1, 1, 2)").bind(newId(Date.now()), tenant.id, email).run();
  await env.DB.prepare("insert into mails (id, tenant_id, recipient, subject, text, status, created_at, next_attempt_at) values (?, ?, ?, 'Hello', 'a link', 'queued', 1, 1)").bind(newId(Date.now()), tenant.id, email).run();
  await env.DB.prepare("insert into mails (id, tenant_id, kind, recipient, recipients, subject, text, status, created_at, next_attempt_at) values (?, ?, 'tenant', 'someone@example.com', ?, 'Hello', 'a link', 'sent', 1, 1)").bind(newId(Date.now()), tenant.id, JSON.stringify([{ address: "someone@example.com", kind: "to" }, { address: email.toUpperCase(), kind: "bcc" }])).run();
  await admin.call("POST", "/events", { type: "order.placed", data: { customer: { email: email.toUpperCase() }, total: 5 }, record: { type: "customer", id: "c-1" } });
  const key = await delivery(tenant.id, `{"customer":"${email.replace("@", "\\u0040")}"}`);
  const other = await delivery(tenant.id, `{"customer":"x${email}"}`);
  const execution = await storeExecution(tenant.id, { input: { to: email }, output: new Map([["sent", email]]), steps: [{ key: `mail ${email}-1`, name: `mail ${email}`, output: `j{"to":"${email}"}`, error: { name: "Error", message: `no ${email}` } }], logs: [`wrote to Grace Hopper <${email}>`], error: `bounced: ${email}`, status: "failed" });
  const unrelated = await storeExecution(tenant.id, { input: { to: "somebody@example.com" } });
  return { tenant, admin, person, email, key, other, execution, unrelated };
}

describe("the registry of places", () => {
  it("has every table of the schema, each with what it holds or why it holds nothing", () => {
    const tables = Object.values(schema).filter((one) => is(one, SQLiteTable)).map((table) => getTableName(table));
    expect(places.map(({ name }) => name).sort()).toEqual(tables.sort());
    for (const { name, holds, because, rows: find, searched } of places) {
      if (holds === null) expect(because, name).toMatch(/\w/);
      else expect(find !== undefined || searched === true || /by themselves|follow the records/.test(holds), name).toBe(true);
    }
  });
});

describe("an export of a person", () => {
  it("has their account, membership, sessions, invitations, mail, audit events, executions and webhook bodies, and nothing that opens anything", async () => {
    const { admin, person, email, execution, unrelated } = await withTraces();
    const { lines, text } = await exported(admin, { email: email.toUpperCase() });
    expect(lines[0]).toMatchObject({ format: "everstep-person", version: 1, email });
    const found = new Set(lines.slice(1).map(({ place }) => place));
    for (const place of ["users", "memberships", "sessions", "invitations", "mails", "audit_events", "hook_deliveries", "events", "executions"]) expect(found, place).toContain(place);
    expect(lines.find(({ place }) => place === "users")).toMatchObject({ row: { id: person.id, email, name: "Grace Hopper" } });
    expect(lines.filter(({ place }) => place === "executions")).toMatchObject([{ row: { id: execution, input: { to: email } }, logs: [{ message: expect.stringContaining(email) }] }]);
    expect(text).not.toContain(unrelated);
    expect(text).not.toMatch(/refresh_hash|token_hash|password_hash|a link/);
  });

  it("is of an address without an account too, and of an id only when it is known here", async () => {
    const { tenant, admin } = await withTraces();
    await storeExecution(tenant.id, { input: { to: "customer@example.com" } });
    const { lines } = await exported(admin, { email: "customer@example.com" });
    expect(lines.map(({ place }) => place)).toEqual([undefined, "executions"]);
    const stranger = await signUp(h);
    expect((await admin.call("POST", "/privacy/exports", { user_id: stranger.id })).body).toMatchObject({ status: 404, code: "not-found" });
    const byAddress = await exported(admin, { email: stranger.email });
    expect(byAddress.lines).toHaveLength(1);
    expect((await admin.call("POST", "/privacy/exports", {})).status).toBe(400);
  });

  it("can be fetched for a day, and its receipt is found by the address", async () => {
    const { tenant, admin, email } = await withTraces();
    const { id } = await exported(admin, { email });
    expect(listed(await admin.call("GET", `/privacy/receipts?email=${encodeURIComponent(email)}`))).toMatchObject([{ kind: "export", counts: { users: 1, executions: 1 } }]);
    expect(listed(await admin.call("GET", "/privacy/receipts?email=nobody@example.com"))).toEqual([]);
    ahead = day;
    const [file, view] = [await tenant.call("GET", `/privacy/exports/${id}/file`), await tenant.call("GET", `/privacy/exports/${id}`)];
    ahead = 0;
    expect(file.status).toBe(404);
    expect(view.body).toMatchObject({ status: "expired" });
  });
});

describe("an erasure of a person", () => {
  it("leaves nothing of them in this tenant, says how much went, and is a no-op the second time", async () => {
    const { tenant, admin, person, email, key, other, execution, unrelated } = await withTraces();
    const before = await everythingOf(tenant.id, unrelated);
    const { counts, left } = await erased(admin, { email, names: ["Grace Hopper"], confirm: email });
    expect(counts).toMatchObject({ users: 1, memberships: 1, sessions: 1, invitations: 1, mails: 2, audit_events: 1, hook_deliveries: 1, payloads: 1, executions: 1 });
    expect(left).toEqual([]);

    for (const [table, column] of [["users", "id"], ["memberships", "user_id"], ["sessions", "user_id"]] as const) expect(await rows(`select * from ${table} where ${column} = ?`, person.id), table).toEqual([]);
    expect(await rows("select data from events where tenant_id = ? and type = 'order.placed'", tenant.id)).toEqual([{ data: '{"customer":{"email":"[erased]"},"total":5}' }]);
    for (const table of ["invitations", "mails", "audit_events", "hook_deliveries", "events", "api_keys", "privacy_jobs", "privacy_receipts"]) {
      const text = JSON.stringify(await rows(`select * from ${table} where tenant_id = ?`, tenant.id)).replaceAll(`other-${email}`, "");
      expect(text, table).not.toContain(email);
    }
    const kept = await everythingOf(tenant.id, execution);
    expect(kept).not.toContain(email);
    expect(kept).not.toContain("Grace");
    expect((await admin.call("GET", `/executions/${execution}`)).body).toMatchObject({ status: "failed", input: { to: "[erased]" }, error_message: "bounced: [erased]", steps: [{ key: "mail [erased]-1", output: { to: "[erased]" } }] });
    expect(listed(await admin.call("GET", "/executions")).find(({ id }) => id === execution)).toMatchObject({ error_message: "bounced: [erased]" });
    expect(await everythingOf(tenant.id, unrelated)).toBe(before);
    expect(await env.BLOBS.get(key)).toBeNull();
    expect(await env.BLOBS.get(other)).not.toBeNull();
    expect((await person.call("GET", "/workflows")).status).toBe(401);

    expect(await erased(admin, { email, confirm: email })).toMatchObject({ counts: {}, left: [] });
    expect(listed(await admin.call("GET", `/privacy/receipts?email=${email}&kind=erase`)).map((receipt) => Object.keys(receipt["counts"] as object).length > 0)).toEqual([false, true]);
  });

  it("keeps the audit log: ids stay, the rest of an event is as it was", async () => {
    const { tenant, admin, email } = await withTraces();
    const events = () => rows("select id, at, action, actor_id, entity_id, request_id from audit_events where tenant_id = ? and action = 'team.create'", tenant.id);
    const before = await events();
    await erased(admin, { email, confirm: email });
    expect(await events()).toEqual(before);
    expect(await rows("select after from audit_events where tenant_id = ? and action = 'team.create'", tenant.id)).toMatchObject([{ after: expect.stringContaining("about [erased]") }]);
  });

  it("leaves the account to somebody who is a member elsewhere, and what other tenants know", async () => {
    const { tenant, admin, person, email } = await withTraces();
    const elsewhere = await h.newTenant();
    await join(person, elsewhere.id);
    const theirs = await storeExecution(elsewhere.id, { input: { to: email } });
    const { counts } = await erased(admin, { user_id: person.id, confirm: email });
    expect(counts).not.toHaveProperty("users");
    expect(await rows("select email from users where id = ?", person.id)).toEqual([{ email }]);
    expect(await rows("select tenant_id from memberships where user_id = ?", person.id)).toEqual([{ tenant_id: elsewhere.id }]);
    expect(await everythingOf(elsewhere.id, theirs)).toContain(email);
    expect(tenant.id).not.toBe(elsewhere.id);
  });

  it("revokes their API keys and forgets who made them", async () => {
    const { tenant, admin } = await withTraces();
    const maker = await colleague(h, tenant, { role: "admin" });
    const made = await maker.call("POST", "/api-keys", { name: "ci" });
    await erased(admin, { user_id: maker.id, confirm: maker.email });
    expect(listed(await admin.call("GET", "/api-keys")).find(({ id }) => id === made.body["id"])).toMatchObject({ created_by: null, revoked_at: expect.any(String) });
    expect((await h.call(String(made.body["api_key"]), "GET", "/api/v1/workflows")).status).toBe(401);
  });

  it("leaves executions that have not ended, says which and why, or cancels them when told to", async () => {
    const { tenant, admin, email, execution } = await withTraces();
    const waiting = await storeExecution(tenant.id, { input: { to: email }, status: "paused" });
    expect(await erased(admin, { email, confirm: email })).toMatchObject({ counts: { executions: 1 }, left: [{ place: "executions", id: waiting, status: "paused", reason: expect.stringContaining("cancel_running") }] });
    expect(await everythingOf(tenant.id, waiting)).toContain(email);
    expect(await erased(admin, { email, confirm: email, cancel_running: true })).toMatchObject({ counts: { executions: 1 }, left: [] });
    expect(await everythingOf(tenant.id, waiting)).not.toContain(email);
    expect((await admin.call("GET", `/executions/${waiting}`)).body).toMatchObject({ status: "cancelled" });
    expect(await everythingOf(tenant.id, execution)).not.toContain(email);
  });

  it("reaches values that are too large for a journal, and executions that share an object", async () => {
    const { tenant, admin, email } = await withTraces();
    const [pooled, large] = [await storeExecution(tenant.id, { input: email, placement: "pooled" }), await storeExecution(tenant.id, {})];
    const key = `values/${tenant.id}/${large}/one`;
    await env.BLOBS.put(key, `j{"to":"${email}"}`);
    expect(await erased(admin, { email, confirm: email })).toMatchObject({ counts: { executions: 2, values: 1 } });
    expect(await (await env.BLOBS.get(key))?.text()).toBe('j{"to":"[erased]"}');
    expect(await everythingOf(tenant.id, pooled)).not.toContain(email);
  });

  it("needs the address as confirmation, and never takes the last admin", async () => {
    const { admin, email } = await withTraces();
    expect((await admin.call("POST", "/privacy/erasures", { email, confirm: "someone@example.com" })).body).toMatchObject({ status: 400, errors: [{ pointer: "/confirm" }] });
    expect((await admin.call("POST", "/privacy/erasures", { email: admin.email, confirm: admin.email })).body).toMatchObject({ status: 409, code: "last-admin" });
    expect(await rows("select id from users where email = ?", admin.email)).toHaveLength(1);
  });
});

describe("exports and erasures", () => {
  it("reject another tenant", async () => {
    const { admin, email, execution, tenant } = await withTraces();
    const { id } = await exported(admin, { email });
    const stranger: Person = await signUp(h);
    for (const path of [`/privacy/exports/${id}`, `/privacy/exports/${id}/file`, `/privacy/erasures/${id}`]) expect((await stranger.call("GET", path)).status, path).toBe(404);
    expect(listed(await stranger.call("GET", "/privacy/receipts"))).toEqual([]);
    await erased(stranger, { email, confirm: email });
    expect(await everythingOf(tenant.id, execution)).toContain(email);
    expect(await rows("select id from users where email = ?", email)).toHaveLength(1);
    expect(await rows("select id from mails where recipient = ?", email)).toHaveLength(1);
  });

  it("reject a role without the permission", async () => {
    const { tenant, person, email } = await withTraces("manager");
    for (const [method, path, body] of [["POST", "/privacy/exports", { email }], ["POST", "/privacy/erasures", { email, confirm: email }], ["GET", "/privacy/receipts"], ["POST", "/tenants/current/export"], ["POST", "/tenants/current/erase", { confirm: tenant.slug }]] as const) {
      expect((await person.call(method, path, body)).body, path).toMatchObject({ status: 403, code: "forbidden" });
    }
  });
});
