/**
 * How long reports take over a million leads in one D1, and what the roll-ups cost whoever
 * writes. Run: `node bench/reports.ts [leads] [folder]`; the folder keeps the database for another run.
 */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { tenantDb } from "../db/tenant-db.ts";
import type { Env } from "../worker/env.ts";
import type { RecordContext } from "../worker/domain/records/context.ts";
import { reportLeads } from "../worker/domain/reports/leads.ts";
import { reportOwners } from "../worker/domain/reports/owners.ts";
import { reportPipelines } from "../worker/domain/reports/pipelines.ts";
import { reportTickets } from "../worker/domain/reports/tickets.ts";

const count = Number(process.argv[2] ?? 1_000_000);
const folder = process.argv[3] ?? mkdtempSync(join(tmpdir(), "everstep-reports-"));
const tenant = "01900000-0000-7000-8000-000000000001";
const year = 365 * 86_400_000;
const now = Date.UTC(2026, 10, 21, 12);

/** SQLite as D1 has it, without the way there: what the statements take by themselves. */
const database = new DatabaseSync(join(folder, "reports.sqlite"));
database.exec("pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -65536;");

interface Bound {
  run: () => { results: unknown[] };
}
const plain = (value: unknown) => (typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value) as SQLInputValue;
function prepared(text: string, values: readonly unknown[] = []) {
  const rows = () => database.prepare(text).all(...values.map(plain));
  return { bind: (...given: unknown[]) => prepared(text, given), run: () => ({ results: rows() }), all: async () => ({ results: rows() }), raw: async () => rows().map((row) => Object.values(row)), first: async () => rows()[0] ?? null };
}
const DB = {
  prepare: (text: string) => prepared(text),
  async batch(statements: Bound[]) {
    database.exec("begin immediate");
    const done = statements.map((statement) => statement.run());
    database.exec("commit");
    return done;
  },
} as unknown as D1Database;

async function migrate(): Promise<void> {
  const migrations = join(import.meta.dirname, "..", "migrations");
  for (const file of readdirSync(migrations).filter((name) => name.endsWith(".sql")).sort()) {
    const statements = readFileSync(join(migrations, file), "utf8").split("--> statement-breakpoint").filter((text) => text.trim() !== "");
    await DB.batch(statements.map((text) => DB.prepare(text)));
  }
  await DB.prepare("insert into tenants (id, slug, name, created_at) values (?, 'bench', 'Bench', 0)").bind(tenant).run();
}

/** Spread over a year, 30 owners and 8 sources; each lead made, most contacted, some qualified, a few converted or lost. */
const numbers = "with recursive n(i) as (select cast(?1 as integer) union all select i + 1 from n where i + 1 < ?2), lead as (select i, printf('%016x-lead', i) as id, cast(?3 - ?4 + ?4 * (i * 1.0 / ?5) as integer) as at, 'owner-' || (i * 7 % 30) as owner, json_extract('[\"website\",\"phone\",\"ads\",\"referral\",\"email\",\"whatsapp\",\"event\",\"other\"]', '$[' || (i * 13 % 8) || ']') as source, i * 31 % 100 as luck from n)";
const status = "iif(luck < 10, 'converted', iif(luck < 30, 'lost', iif(luck < 45, 'qualified', iif(luck < 80, 'contacted', 'new'))))";

async function fill(): Promise<void> {
  const step = 20_000;
  for (let from = 0; from < count; from += step) {
    const bind = (text: string) => DB.prepare(`${text}`).bind(from, Math.min(from + step, count), now - 7 * 86_400_000, year, count, tenant);
    const transition = (suffix: string, fromValue: string, to: string, after: number, since: string, where: string) =>
      bind(`insert into record_transitions (id, tenant_id, kind, record_id, field, from_value, to_value, at, since, owner_id, source) ${numbers} select id || '${suffix}', ?6, 'lead', id, 'status', ${fromValue}, ${to}, at + ${after}, ${since}, owner, source from lead where ${where}`);
    await DB.batch([
      bind(`insert into leads (id, tenant_id, version, custom, tags, created_at, updated_at, name, status, source, score, owner_id, status_changed_at) ${numbers} select id, ?6, 1, '{}', '[]', at, at, 'Lead ' || i, ${status}, source, luck, owner, at from lead`),
      transition("-1", "null", "'new'", 0, "null", "true"),
      transition("-2", "'new'", "'contacted'", 7_200_000, "at", "luck < 80"),
      transition("-3", "'contacted'", "'qualified'", 90_000_000, "at + 7200000", "luck < 45"),
      transition("-4", "'qualified'", status, 300_000_000, "at + 90000000", "luck < 30"),
    ]);
  }
}

const context = { env: { DB } as Env, db: tenantDb(DB, tenant), tenant, now, actor: { kind: "api_key", keyId: "k" }, access: null, chain: [], requestId: null, caller: { ip: null }, waitUntil: () => {} } as RecordContext;

async function timed(name: string, run: () => Promise<unknown>, times = 15): Promise<void> {
  await run();
  const took: number[] = [];
  for (let time = 0; time < times; time++) {
    // Of the processor, not of the clock: other programs do not count.
    const began = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(began);
    took.push((user + system) / 1000);
  }
  took.sort((one, other) => one - other);
  console.log(`${name}: p50 ${took[Math.floor(times / 2)]?.toFixed(0)} ms, p95 ${took[Math.floor(times * 0.95)]?.toFixed(0)} ms`);
}

const known = await DB.prepare("select count(*) as n from sqlite_master where name = 'leads'").first<{ n: number }>();
if (!known?.n) {
  await migrate();
  const began = performance.now();
  await fill();
  console.log(`${count} leads filled in, ${((performance.now() - began) / 1000).toFixed(0)} s`);
}
console.log(await DB.prepare("select (select count(*) from record_transitions) as transitions, (select count(*) from record_rollups) as rollups, (select count(*) from record_current) as current").first());

console.log(await DB.prepare("select name, round(sum(pgsize) / 1e6) as mb from dbstat group by name order by 2 desc limit 6").all().catch(() => null));

const base = { format: "json", interval: "none" } as const;
const leads = (more: object) => () => reportLeads({ ctx: context, input: { ...base, ...more } });
await timed("leads, 30 days", leads({}));
await timed("leads, 30 days by day, São Paulo", leads({ interval: "day", timezone: "America/Sao_Paulo" }));
await timed("leads, a year", leads({ from: "2025-11-22" }));
await timed("leads, a year by month, Kathmandu", leads({ from: "2025-11-22", interval: "month", timezone: "Asia/Kathmandu" }));
await timed("leads, a year by day, Tokyo", leads({ from: "2025-11-22", interval: "day", timezone: "Asia/Tokyo" }));
await timed("leads, a year by month, of an owner", leads({ from: "2025-11-22", interval: "month", owner_id: "owner-7" }));
await timed("leads, 90 days by day, of an owner and a source", leads({ from: "2026-08-24", interval: "day", owner_id: "owner-7", source: "website", timezone: "America/Sao_Paulo" }));
await timed("owners, 30 days", () => reportOwners({ ctx: context, input: { format: "json" } }));
await timed("owners, a year, Kathmandu", () => reportOwners({ ctx: context, input: { format: "json", from: "2025-11-22", timezone: "Asia/Kathmandu" } }));
await timed("pipelines (no deals), a year", () => reportPipelines({ ctx: context, input: { format: "json", from: "2025-11-22" } }));
await timed("tickets (none), 30 days by day", () => reportTickets({ ctx: context, input: { ...base, interval: "day" } }));
await timed("bare count of leads by status, from its index", () => DB.prepare("select status, count(*) from leads where tenant_id = ? and deleted_at is null group by status").bind(tenant).all(), 5);

const change = (triggers: string) => {
  let index = 0;
  return timed(`50 changes of a lead's status with its transition, ${triggers}`, () => {
    const ids = Array.from({ length: 50 }, () => `${(index++ * 37 % count).toString(16).padStart(16, "0")}-lead`);
    const [at, mark] = [now + index, crypto.randomUUID()];
    return DB.batch([
      DB.prepare("update leads set status = iif(status = 'new', 'contacted', 'new'), version = version + 1, updated_at = ?1 where id in (select value from json_each(?2))").bind(at, JSON.stringify(ids)),
      DB.prepare("insert into record_transitions (id, tenant_id, kind, record_id, field, from_value, to_value, at, since, owner_id, source) select ?1 || key, ?2, 'lead', value, 'status', 'new', 'contacted', ?3 - key * 1000, ?3 - 86400000, 'owner-' || (key % 30), 'ads' from json_each(?4)").bind(mark, tenant, at, JSON.stringify(ids)),
    ]);
  });
};
await change("with roll-ups");
const triggers = (await DB.prepare("select name, sql from sqlite_master where type = 'trigger' and (name like 'leads_counted%' or name = 'record_transitions_rolled')").all<{ name: string; sql: string }>()).results;
await DB.batch(triggers.map(({ name }) => DB.prepare(`drop trigger ${name}`)));
await change("without");
await DB.batch(triggers.map(({ sql }) => DB.prepare(sql)));
database.close();
