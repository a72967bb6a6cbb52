import { describe, expect, it } from "vitest";
import { tenantDb } from "../../../db/tenant-db.ts";
import type { OutboxEvent } from "../../../durable-objects/dispatcher/contract.ts";
import { importedNotice } from "../../events/sinks/imported.ts";
import { env, harness } from "../../http/testing/harness.ts";
import { all, ask, importFile, upload } from "../../http/testing/importing.ts";
import { colleague } from "../../http/testing/people.ts";
import { oldImports } from "./imports.ts";

const h = harness();
const month = 30 * 86_400_000;

describe("an import that is over", () => {
  it("keeps file and ledger for a month, then loses them, and is undone no more", async () => {
    const tenant = await h.newTenant();
    const { id } = await importFile(tenant, "name\nAda\nBob\n");
    const db = tenantDb(env.DB, tenant.id);
    expect(await oldImports({ env, db, now: Date.now() + month - 60_000, before: 0 })).toEqual({});
    const later = Date.now() + month + 60_000;
    expect(await oldImports({ env, db, now: later, before: 0 })).toEqual({ import_rows: 2 });
    expect(await oldImports({ env, db, now: later, before: 0 })).toEqual({ import_files: 1 });
    expect(await oldImports({ env, db, now: later, before: 0 })).toEqual({});
    expect((await env.BLOBS.list({ prefix: `imports/${tenant.id}/` })).objects).toEqual([]);
    expect((await tenant.call("POST", `/imports/${id}/undo`)).body).toMatchObject({ code: "conflict", detail: expect.stringContaining("too old") });
    expect((await tenant.call("GET", `/imports/${id}/errors`)).body).toMatchObject({ code: "conflict" });
    expect(await ask(tenant.call, "GET", `/imports/${id}`)).toMatchObject({ status: "completed", sample: [] });
    expect(await oldImports({ env, db, now: later, before: later })).toEqual({ imports: 1 });
    expect((await tenant.call("GET", `/imports/${id}`)).status).toBe(404);
  });

  it("goes whole when its upload broke off", async () => {
    const tenant = await h.newTenant();
    const { id } = await upload(tenant.call, "name\nAda\n");
    await all("update imports set status = 'uploading', expires_at = 1 where id = ?", id);
    expect(await oldImports({ env, db: tenantDb(env.DB, tenant.id), now: 2, before: 0 })).toEqual({ import_files: 1 });
    expect((await tenant.call("GET", `/imports/${id}`)).status).toBe(404);
  });

  it("is told to who started it", async () => {
    const tenant = await h.newTenant();
    const manager = await colleague(h, tenant, { role: "manager" });
    const own = { ...tenant, call: manager.call };
    const { id } = await importFile(own, "name\nAda\n");
    const [event] = await all<{ data: string }>("select data from events where tenant_id = ? and type = 'import.completed'", tenant.id);
    const notice = await importedNotice(env, { id: "e", type: "import.completed", data: JSON.parse(event?.data ?? "{}") as OutboxEvent["data"], occurred_at: 1, tenant_id: tenant.id } as OutboxEvent);
    expect(notice).toMatchObject({ type: "import.completed", to: [{ id: manager.id }], link: `/imports/${id}` });
    expect(notice?.text("pt")).toEqual({ title: "A importação de file.csv terminou", body: "1 criados, 0 atualizados, 0 ignorados, 0 inválidos" });
  });
});
