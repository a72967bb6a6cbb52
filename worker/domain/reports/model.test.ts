/** Whatever is done to leads, one by one or many at once: reports say what a plain recount of what was done says. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differingRollups } from "../../../db/report-repair.ts";
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { type Given, newRecordSchema } from "../../../sdk/schema/crm/entity.ts";
import { allEntities, entities } from "../../../sdk/schema/crm/index.ts";
import { env, harness } from "../../http/testing/harness.ts";
import { colleague } from "../../http/testing/people.ts";
import { bulkRecords } from "../records/bulk.ts";
import type { RecordContext } from "../records/context.ts";
import { deleteRecord, restoreRecord } from "../records/delete.ts";
import { carryOut, planRecords } from "../records/plan.ts";
import { updateRecord } from "../records/update.ts";
import { reportLeads } from "./leads.ts";

const h = harness();
const of = entities.lead;
const tracked = allEntities.flatMap(({ kind, tracked }) => tracked.map(({ field }) => ({ kind, field })));
const contextOf = (tenant: string, now: number): RecordContext => ({ env, db: tenantDb(env.DB, tenant), tenant, now, actor: { kind: "api_key", keyId: "k" }, access: null, chain: [], requestId: null, caller: { ip: null }, silent: true, waitUntil: () => {} });

const status = fc.constantFrom("new", "contacted", "qualified", "lost", "unqualified");
const given = fc.record({ status, owner_id: fc.constantFrom("ann", "bob", null), source: fc.constantFrom("website", "phone") }, { requiredKeys: [] });
const place = fc.nat(19);
const operation = fc.oneof(
  fc.record({ do: fc.constant("create" as const), given: fc.array(given, { minLength: 1, maxLength: 4 }) }),
  fc.record({ do: fc.constant("update" as const), place, given }),
  fc.record({ do: fc.constant("bulk" as const), places: fc.array(place, { minLength: 1, maxLength: 5 }), given }),
  fc.record({ do: fc.constantFrom("delete" as const, "restore" as const), place }),
);
const zone = fc.constantFrom("UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "Europe/Berlin");
/** Around the clock change on Lord Howe and the end of the month. */
const begin = Date.UTC(2026, 8, 28);

interface Known {
  id: string;
  status: string;
  owner: string | null;
  source: string;
  since: number;
  deleted: number | null;
}
interface Said {
  at: number;
  from: string;
  to: string;
  owner: string | null;
  source: string;
}

/** What was done, as a list; and each lead as it is. */
class Model {
  readonly leads: Known[] = [];
  readonly said: Said[] = [];
  make(at: number, { id, ...row }: RecordRow): void {
    const lead = { id, status: String(row["status"]), owner: (row["owner_id"] ?? null) as string | null, source: String(row["source"]), since: at, deleted: null };
    this.leads.push(lead);
    this.said.push({ at, from: "made", to: lead.status, owner: lead.owner, source: lead.source });
  }
  change(at: number, lead: Known, to: Partial<Pick<Known, "status" | "owner" | "source">>): void {
    const from = lead.status;
    Object.assign(lead, to);
    if (lead.status !== from) this.said.push({ at, from, to: lead.status, owner: lead.owner, source: lead.source });
  }
  toggle(at: number, lead: Known): void {
    lead.deleted = lead.deleted === null ? at : null;
    this.said.push({ at, from: lead.deleted === null ? "restored" : lead.status, to: lead.deleted === null ? lead.status : "gone", owner: lead.owner, source: lead.source });
  }
}

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
const changed = (one: { status?: string; owner_id?: string | null; source?: string }) => ({ ...(one.status === undefined ? {} : { status: one.status }), ...(one.owner_id === undefined ? {} : { owner: one.owner_id }), ...(one.source === undefined ? {} : { source: one.source }) });

/** With people who are there. */
function withPeople(one: Operation, people: Record<string, string>): Operation {
  const named = <T extends { owner_id?: string | null }>(given: T): T => (typeof given.owner_id === "string" ? { ...given, owner_id: people[given.owner_id] ?? null } : given);
  if (one.do === "create") return { ...one, given: one.given.map(named) };
  return one.do === "update" || one.do === "bulk" ? { ...one, given: named(one.given) } : one;
}

async function run(ctx: RecordContext, model: Model, one: Operation): Promise<void> {
  const at = ctx.now;
  if (one.do === "create") {
    const rows = await carryOut(ctx, () => planRecords(ctx, of, one.given.map((given) => ({ before: null, given: newRecordSchema(of).parse({ name: "x", ...given }) as Given }))));
    for (const row of rows) model.make(at, row);
    return;
  }
  const pick = (index: number) => model.leads[index % Math.max(1, model.leads.length)];
  if (one.do === "bulk") {
    const there = [...new Set(one.places.flatMap((index) => pick(index) ?? []))].filter(({ deleted }) => deleted === null);
    if (there.length === 0) return;
    await bulkRecords({ ctx, of, input: { action: "update", ids: there.map(({ id }) => id), change: one.given } });
    for (const lead of there) model.change(at, lead, changed(one.given));
    return;
  }
  const lead = pick(one.place);
  if (!lead || (lead.deleted === null) === (one.do === "restore")) return;
  if (one.do === "update") {
    await updateRecord({ ctx, of, input: one.given, id: lead.id });
    model.change(at, lead, changed(one.given));
    return;
  }
  await (one.do === "delete" ? deleteRecord({ ctx, of, id: lead.id }) : restoreRecord({ ctx, of, id: lead.id }));
  model.toggle(at, lead);
}

describe("reports", () => {
  it("say after any changes what a recount says, in any time zone, of anybody's leads", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(16 * 3600), operation), { minLength: 5, maxLength: 25 }), zone, fc.boolean(), fc.constantFrom(undefined, "website"), async (operations, timezone, ofAnn, source) => {
        const { id: tenant } = await h.newTenant();
        const people = { ann: (await colleague(h, { id: tenant })).id, bob: (await colleague(h, { id: tenant })).id };
        const owner_id = ofAnn ? people.ann : undefined;
        const model = new Model();
        let now = begin;
        for (const [seconds, one] of operations) await run(contextOf(tenant, (now += seconds * 1000 + 1)), model, withPeople(one, people));
        expect(await differingRollups(env.DB, tenant, tracked)).toEqual({});
        const report = await reportLeads({ ctx: contextOf(tenant, now), input: { from: "2026-09-28", to: "2026-10-20", timezone, interval: "day", format: "json", owner_id, source } });
        const mine = model.said.filter((one) => (owner_id === undefined || one.owner === owner_id) && (source === undefined || one.source === source));
        const format = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone });
        for (const day of report.data) {
          const its = mine.filter(({ at }) => format.format(at) === format.format(new Date(day.from)));
          const into = (status: string) => its.filter(({ from, to }) => to === status && from !== "restored").length;
          expect(day).toMatchObject({ created: its.filter(({ from }) => from === "made").length, qualified: into("qualified"), lost: into("lost"), deleted: into("gone"), restored: its.filter(({ from }) => from === "restored").length });
        }
        const there = model.leads.filter((lead) => lead.deleted === null && (owner_id === undefined || lead.owner === owner_id) && (source === undefined || lead.source === source));
        expect(report.totals.now).toBe(there.length);
        for (const { status, now: count } of report.totals.by_status) expect(count).toBe(there.filter((lead) => lead.status === status).length);
        for (const { source: name, now: count, created } of report.totals.by_source) expect([count, created]).toEqual([there.filter((lead) => lead.source === name).length, mine.filter((one) => one.from === "made" && one.source === name && format.format(one.at) >= "2026-09-28").length]);
      }),
      { numRuns: 8 },
    );
  }, 60_000);
});
