/** Whatever breaks off an import, and however many work on it: each row is written once. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eq } from "drizzle-orm";
import { imports } from "../../../db/schema/imports.ts";
import { tenantDb, type TenantDb } from "../../../db/tenant-db.ts";
import { env, harness, type Tenant } from "../../http/testing/harness.ts";
import { all, ask, carryOn, upload } from "../../http/testing/importing.ts";
import { listed } from "../../http/testing/people.ts";
import { advance, rowsAtOnce } from "./advance.ts";
import { contextOf, type Job, jobOf } from "./job.ts";
import { importerPlatform } from "./platform.ts";
import { undoStep } from "./undo.ts";

const h = harness();

/** Set up and running, but nobody works on it. */
async function running(tenant: Tenant, file: string, settings: object): Promise<string> {
  const { id } = await upload(tenant.call, file);
  await ask(tenant.call, "PATCH", `/imports/${id}`, settings);
  const [key] = await all<{ id: string }>("select id from api_keys where tenant_id = ?", tenant.id);
  await all("update imports set status = 'running', started_at = 1, started_by_kind = 'api_key', started_by_id = ?, cursor = (select instr(?, char(10))), row = 1, expires_at = null where id = ?", key?.id, file, id);
  return id;
}

async function jobFor(tenant: Tenant, id: string, wrap: (db: TenantDb) => TenantDb = (db) => db): Promise<Job> {
  const row = await tenantDb(env.DB, tenant.id).first(imports, eq(imports.id, id));
  const ctx = row && (await contextOf({ env, now: Date.now(), waitUntil: () => {} }, tenant.id, row));
  if (!row || !ctx) throw new Error("there is no such import");
  return jobOf({ ...ctx, db: wrap(ctx.db) }, row);
}

const rows = (count: number, from = 0): string => Array.from({ length: count }, (_, index) => `Lead ${from + index},lead${from + index}@x.io,${index % 7}\n`).join("");
const head = "name,email,score\n";
const byEmail = { dedupe: { keys: ["email"], mode: "skip" }, options: { fire_events: true } };

interface Counts {
  leads: number;
  emails: number;
  created: number;
  rows: number;
  events: number;
}
const countsOf = async (tenant: Tenant, id: string): Promise<Counts> => {
  const [found] = await all<Counts>(
    "select (select count(*) from leads where tenant_id = ?1 and deleted_at is null) as leads, (select count(distinct email) from leads where tenant_id = ?1 and deleted_at is null) as emails, (select created from imports where id = ?2) as created, (select count(*) from import_rows where tenant_id = ?1 and import_id = ?2) as rows, (select count(*) from events where tenant_id = ?1 and type = 'lead.created') as events",
    tenant.id,
    id,
  );
  if (!found) throw new Error("nothing is counted");
  return found;
};

/** Dies before or after the transactions that the plan names, and then works. */
function dying(plan: ("before" | "after" | "not")[]) {
  return (db: TenantDb): TenantDb => ({
    ...db,
    async batchIf(condition, statements) {
      const now = plan.shift() ?? "not";
      if (now === "before") throw new Error("killed before");
      const done = await db.batchIf(condition, statements);
      if (now === "after") throw new Error("killed after");
      return done;
    },
  });
}

async function untilOver(step: () => Promise<{ state: string } | null>): Promise<number> {
  let crashes = 0;
  for (;;) {
    try {
      const done = await step();
      if (!done || done.state === "over") return crashes;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("killed")) throw error;
      crashes++;
    }
  }
}

describe("an import that is killed again and again", () => {
  it("has every row once, wherever it was killed, and is undone as well", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("before" as const, "after" as const, "not" as const), { maxLength: 8 }), fc.array(fc.constantFrom("before" as const, "after" as const, "not" as const), { maxLength: 5 }), async (forth, back) => {
        const tenant = await h.newTenant();
        const count = rowsAtOnce * 2 + 17;
        const id = await running(tenant, head + rows(count), byEmail);
        await untilOver(async () => advance(await jobFor(tenant, id, dying(forth)), id));
        expect(await countsOf(tenant, id)).toEqual({ leads: count, emails: count, created: count, rows: count, events: count });
        await all("update imports set status = 'undoing', undo_cursor = row + 1 where id = ?", id);
        await untilOver(async () => undoStep(await jobFor(tenant, id, dying(back)), id));
        expect(await ask(tenant.call, "GET", `/imports/${id}`)).toMatchObject({ status: "undone", progress: { undone: count, kept: 0 } });
        expect((await countsOf(tenant, id)).leads).toBe(0);
      }),
      { numRuns: 4 },
    ), 60_000);

  it("is written once by three who work on it at once", async () => {
    const tenant = await h.newTenant();
    const count = rowsAtOnce * 3 + 5;
    const id = await running(tenant, head + rows(count), { dedupe: { keys: [], mode: "create" } });
    await Promise.all([1, 2, 3].map(async () => {
      const job = await jobFor(tenant, id);
      await untilOver(() => advance(job, id));
    }));
    expect(await countsOf(tenant, id)).toEqual({ leads: count, emails: count, created: count, rows: count, events: count });
  });
});

describe("whoever looks on", () => {
  it("is told how far it is, at most twice a second, and of its end", async () => {
    const tenant = await h.newTenant();
    const id = await running(tenant, head + rows(rowsAtOnce * 4 + 1), byEmail);
    const told: { topic: string; type: string; data: { status: string; progress: { rows: number } } }[] = [];
    const publish = async (messages: typeof told) => void told.push(...messages);
    // Each look at the clock is 60 ms later: a chunk takes some of them.
    let now = Date.now();
    const platform = importerPlatform({ ...env, REALTIME: { getByName: () => ({ publish }) } as unknown as typeof env.REALTIME }, () => {});
    await platform.work(tenant.id, id, Number.POSITIVE_INFINITY, () => (now += 60));
    const ends = told.filter(({ topic }) => topic === `records:import:${id}`);
    expect(ends.at(-1)).toMatchObject({ type: "import.progress", data: { id, status: "completed", progress: { rows: rowsAtOnce * 4 + 1, percent: 100 } } });
    expect(ends.length).toBeLessThan(5);
    expect(told.filter(({ topic }) => topic === "records:import")).toHaveLength(ends.length);
  });
});

describe("two imports of the same file at once", () => {
  it.each(["skip", "update"])("make no record twice, when records there are to be told by a key (%s)", async (mode) => {
    const tenant = await h.newTenant();
    const count = rowsAtOnce + 40;
    const settings = { dedupe: { keys: ["email"], mode } };
    const ids = [await running(tenant, head + rows(count), settings), await running(tenant, head + rows(count), settings)];
    await Promise.all(ids.map((id) => carryOn(tenant, id)));
    const [one, other] = await Promise.all(ids.map((id) => countsOf(tenant, id)));
    expect(one).toMatchObject({ leads: count, emails: count, rows: count, events: count });
    expect((one?.created ?? 0) + (other?.created ?? 0)).toBe(count);
  });

  it("make tags once", async () => {
    const tenant = await h.newTenant();
    const file = `name,email,score,tags\n${rows(50).replaceAll("\n", ",vip\n")}`;
    const ids = [await running(tenant, file, { dedupe: { keys: [], mode: "create" } }), await running(tenant, file, { dedupe: { keys: [], mode: "create" } })];
    await Promise.all(ids.map((id) => carryOn(tenant, id)));
    expect(listed(await tenant.call("GET", "/tags"))).toMatchObject([{ name: "vip" }]);
    expect((await countsOf(tenant, ids[0] ?? "")).leads).toBe(100);
  });
});

describe("looking for records that are there", () => {
  it("is a search of an index by tenant and key", async () => {
    const plans = await all<{ detail: string }>("explain query plan select * from leads where tenant_id = ?1 and deleted_at is null and email in (select value from json_each(?2)) limit 10", "t", "[]");
    expect(plans.map(({ detail }) => detail).join()).toMatch(/SEARCH leads USING INDEX leads_email \(tenant_id=\? AND email=\?\)/);
    const values = await all<{ detail: string }>("explain query plan select * from record_values where tenant_id = ?1 and kind = 'lead' and field = '~phone' and value in (select value from json_each(?2))", "t", "[]");
    expect(values.map(({ detail }) => detail).join()).toMatch(/SEARCH record_values USING .*\(tenant_id=\? AND kind=\? AND field=\? AND value=\?\)/);
  });
});
