/** Files of records: what is taken, who sees them, and what becomes of them. */
import { describe, expect, it } from "vitest";
import { tenantDb } from "../../db/tenant-db.ts";
import { mediaTypeOf } from "../domain/attachments/media-type.ts";
import { removeOldAttachments } from "../domain/attachments/remove.ts";
import { auditOf, clock, day, hour, minute } from "./testing/accounts.ts";
import { type Answered, env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const time = clock();
const h = harness(undefined, time.now);

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0, 0x49, 0x44, 0x41, 0x54]);
const bytesOf = (text: string) => new TextEncoder().encode(text);
const key = (tenant: Tenant, body: Uint8Array | string, query: string, type: string | null): Promise<Answered> =>
  h.send(new Request(`http://everstep.test/api/v1/attachments?${query}`, { method: "POST", headers: { authorization: `Bearer ${tenant.key}`, ...(type === null ? {} : { "content-type": type }) }, body }));
const lead = async (tenant: Pick<Tenant, "call">) => String((await tenant.call("POST", "/leads", { name: "Ada" })).body["id"]);
const upload = async (tenant: Tenant, id: string, body: Uint8Array | string = png, name = "ada.png", type: string | null = "image/png") => {
  const answer = await key(tenant, body, `record_type=lead&record_id=${id}&name=${encodeURIComponent(name)}`, type);
  expect(answer.status, answer.text).toBe(201);
  return answer.body as Record<string, unknown> & { id: string };
};
const link = async (who: Pick<Tenant, "call">, id: string) => String((await who.call("GET", `/attachments/${id}/link`)).body["path"]);
const fetched = (path: string) => h.fetch(new Request(`http://everstep.test${path}`));

describe("a file", () => {
  it("is kept with a record, listed there, and read by a link", async () => {
    const tenant = await h.newTenant();
    const id = await lead(tenant);
    const made = await upload(tenant, id, png, "Ação é.png");
    expect(made).toMatchObject({ record_type: "lead", record_id: id, name: "Ação é.png", type: "image/png", bytes: png.length });
    expect(listed(await tenant.call("GET", `/leads/${id}/attachments`))).toEqual([made]);
    const answer = await fetched(await link(tenant, made.id));
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(png);
    expect(Object.fromEntries(answer.headers)).toMatchObject({ "content-type": "image/png", "x-content-type-options": "nosniff", "content-disposition": `inline; filename="A__o _.png"; filename*=UTF-8''A%C3%A7%C3%A3o%20%C3%A9.png` });
    expect(answer.headers.get("content-security-policy")).toMatch(/^sandbox;/);
    expect((await env.BLOBS.list({ prefix: `attachments/${tenant.id}/` })).objects.map(({ size }) => size)).toEqual([png.length]);
  });

  it("has 5 MB at most, and a byte at least", async () => {
    const tenant = await h.newTenant();
    const query = `record_type=lead&record_id=${await lead(tenant)}&name=a.bin`;
    expect((await key(tenant, new Uint8Array(5 * 1024 * 1024), query, null)).status).toBe(201);
    expect((await key(tenant, new Uint8Array(5 * 1024 * 1024 + 1), query, null)).body).toMatchObject({ status: 413, code: "too-large" });
    expect((await key(tenant, new Uint8Array(), query, null)).status).toBe(400);
    expect((await env.BLOBS.list({ prefix: `attachments/${tenant.id}/` })).objects).toHaveLength(1);
  });

  it("is what its bytes say, and is refused when it is said to be something else, or runs", async () => {
    const said = async (body: Uint8Array | string, name: string, type: string | null) => mediaTypeOf(typeof body === "string" ? bytesOf(body) : body, name, type);
    expect(await said(png, "photo", null)).toEqual({ type: "image/png" });
    expect(await said("%PDF-1.7\n", "a.pdf", "application/pdf")).toEqual({ type: "application/pdf" });
    expect(await said("name,phone\n", "a.csv", null)).toEqual({ type: "text/csv" });
    expect(await said("words", "a.txt", "text/plain")).toEqual({ type: "text/plain" });
    for (const [body, name, type] of [["<html>", "a.png", null], ["words", "a", "image/png"], ["words", "a.pdf", null], [png, "a.pdf", "application/pdf"], ["words", "a.docx", null], [png, "a.zip", "application/zip"]] as const) expect(await said(body, name, type), `${name} ${type}`).toHaveProperty("refused");
    const elf = Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, ...Array.from({ length: 60 }, () => 0)]);
    for (const [body, name] of [["MZ".padEnd(100, "x"), "a"], [elf, "a"], ["#!/bin/sh", "a"], ["words", "invoice.pdf.exe"], ["alert(1)", "a.js"]] as const) expect(await said(body, name, null), name).toEqual({ refused: "programs and scripts are not taken" });
    for (const [body, name, type] of [["<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg", "image/svg+xml"], ["<!doctype html><script>", "a.html", "text/html"], ["\ufeff <b>", "a.txt", "text/plain"], ["<?xml version='1.0'?>", "a.xml", null]] as const) expect(await said(body, name, type), name).toEqual({ type: "application/octet-stream" });
  });

  it("that a browser could run is given to keep", async () => {
    const tenant = await h.newTenant();
    const { id } = await upload(tenant, await lead(tenant), "<html><script>alert(1)</script>", "a.html", "text/html");
    const answer = await fetched(await link(tenant, id));
    expect([answer.headers.get("content-type"), answer.headers.get("content-disposition")?.split(";")[0]]).toEqual(["application/octet-stream", "attachment"]);
    const refused = await key(tenant, "MZ".padEnd(100, "x"), `record_type=lead&record_id=${await lead(tenant)}&name=a`, null);
    expect(refused.body).toMatchObject({ status: 415, code: "unsupported-media-type" });
  });

  it("goes when it is deleted, its bytes with it", async () => {
    const tenant = await h.newTenant();
    const { id } = await upload(tenant, await lead(tenant));
    const path = await link(tenant, id);
    expect((await tenant.call("DELETE", `/attachments/${id}`)).status).toBe(204);
    expect((await fetched(path)).status).toBe(404);
    expect((await env.BLOBS.list({ prefix: `attachments/${tenant.id}/` })).objects).toEqual([]);
    expect((await auditOf(tenant.id)).filter(({ entity_id }) => entity_id === id).map(({ action }) => action)).toEqual(["attachment.create", "attachment.delete"]);
  });

  it("counts in the tenant's storage, and is refused where there is no room", async () => {
    const tenant = await h.newTenant({ limits: { storage_bytes: 100 } });
    const id = await lead(tenant);
    const answers = await Promise.all([1, 2, 3].map(() => key(tenant, png, `record_type=lead&record_id=${id}&name=a.png`, null)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 402]);
    expect(answers.find(({ status }) => status === 402)?.body).toMatchObject({ code: "plan-limit", limit_name: "storage_bytes", limit: 100, used: 2 * png.length });
    const usage = listed(await tenant.call("GET", "/usage")).find(({ limit_name }) => limit_name === "storage_bytes");
    expect(usage).toMatchObject({ used: 2 * png.length });
  });
});

describe("a link to a file", () => {
  it("is good for five minutes, for that file, and for nothing that was changed", async () => {
    const tenant = await h.newTenant();
    const record = await lead(tenant);
    const [one, two] = [await upload(tenant, record), await upload(tenant, record)];
    const path = await link(tenant, one.id);
    expect((await fetched(path)).status).toBe(200);
    expect((await fetched(path.replace(one.id, two.id))).status).toBe(404);
    const [expiry = "", owner = "", mac = ""] = (path.split("token=")[1] ?? "").split(".");
    const other = await h.newTenant();
    for (const forged of [`${expiry}.${other.id}.${mac}`, `${(Number.parseInt(expiry, 36) + 1).toString(36)}.${owner}.${mac}`, `${expiry}.${owner}.${"A".repeat(43)}`, "x"]) expect((await fetched(path.replace(/token=.*/, `token=${forged}`))).status, forged).toBe(404);
    time.advance(5 * minute);
    expect(await (await fetched(path)).json()).toMatchObject({ status: 410, code: "invalid-link" });
  });
});

describe("files", () => {
  it("are as visible as their record: rejects another tenant, a role without the permission, and who does not see the record", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const record = await lead(tenant);
    const { id } = await upload(tenant, record);
    for (const [method, path] of [["GET", `/attachments/${id}/link`], ["DELETE", `/attachments/${id}`], ["GET", `/leads/${record}/attachments`], ["POST", `/attachments?record_type=lead&record_id=${record}&name=a.txt`]] as const) expect((await other.call(method, path, method === "POST" ? "words" : undefined)).status, path).toBe(404);
    const roleOf = async (grants: object) => String((await tenant.call("POST", "/roles", { name: crypto.randomUUID(), grants })).body["id"]);
    const without = await colleague(h, tenant, { role: await roleOf({ "leads.read": "all" }) });
    const own = await colleague(h, tenant, { role: await roleOf({ "leads.read": "own", "notes.read": "all", "notes.delete": "all" }) });
    expect((await without.call("GET", `/leads/${record}/attachments`)).status).toBe(403);
    expect((await without.call("GET", `/attachments/${id}/link`)).status).toBe(403);
    expect((await own.call("GET", `/attachments/${id}/link`)).status).toBe(404);
    expect((await own.call("DELETE", `/attachments/${id}`)).status).toBe(404);
  });

  it("stay when their record is deleted, until the tenant's time is over; what was never finished goes within hours", async () => {
    const tenant = await h.newTenant();
    const [kept, gone] = [await lead(tenant), await lead(tenant)];
    const [first, second] = [await upload(tenant, kept), await upload(tenant, gone)];
    await tenant.call("DELETE", `/leads/${gone}`);
    const db = tenantDb(env.DB, tenant.id);
    const clean = (before: number) => removeOldAttachments({ env, db, now: time.now(), before });
    expect(await clean(time.now() - day)).toEqual({});
    expect((await tenant.call("GET", `/attachments/${second.id}/link`)).status).toBe(200);
    time.advance(2 * day);
    expect(await clean(time.now() - day)).toEqual({ attachments: 1 });
    expect((await tenant.call("GET", `/attachments/${second.id}/link`)).status).toBe(404);
    await env.DB.prepare("update record_attachments set state = 'pending' where id = ?").bind(first.id).run();
    expect(await clean(0)).toEqual({ attachments: 1 });
    time.advance(hour);
    expect((await env.BLOBS.list({ prefix: `attachments/${tenant.id}/` })).objects).toEqual([]);
  });
});
