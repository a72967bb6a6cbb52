/** Of a tenant with more records than are worked through one by one: what a list reads, and that it is the same list. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { env, harness } from "../../http/testing/harness.ts";
import { scopeWords } from "./index-values.ts";

const h = harness();
const tenant = await h.newTenant();
/** More than `few` of ways.ts, alone and together: 22,800 of them are new. */
const count = 24_000;
const id = "printf('%08x-0000-7000-8000-000000000000', i)";
const each = `with recursive n(i) as (select cast(?2 as integer) union all select i + 1 from n where i + 1 < ?3)`;

// Every lead is called Maria and has a tag; every 500th is lost, every tenth was told by a friend, every 1000th has the word rare.
for (let from = 0; from < count; from += 6_000) {
  await env.DB.batch(
    [
      `insert into leads (id, tenant_id, version, custom, tags, created_at, updated_at, name, status, source, score, external_id) ${each} select ${id}, ?1, 1, '{"size":' || (i % 7) || '}', '["t"]', i, i, 'Maria ' || (i * 7919 % ${count}), iif(i % 500 = 0, 'lost', 'new'), iif(i % 10 = 0, 'referral', 'website'), i % 100, 'erp-' || i from n`,
      `insert into record_values (tenant_id, kind, field, value, record_id) ${each} select ?1, 'lead', 'tags', 't', ${id} from n`,
      `insert into record_values (tenant_id, kind, field, value, record_id) ${each} select ?1, 'lead', 'custom.size', i % 7, ${id} from n`,
      `insert into search_documents (tenant_id, kind, record_id, scope, title, body) ${each} select ?1, 'lead', ${id}, '${scopeWords(tenant.id, "lead")}', 'Maria ' || (i * 7919 % ${count}), iif(i % 1000 = 0, 'rare', '') from n`,
    ].map((text) => env.DB.prepare(text).bind(tenant.id, from, Math.min(from + 6_000, count))),
  );
}
await env.DB.batch([
  env.DB.prepare("insert into tags (id, tenant_id, version, custom, tags, created_at, updated_at, name, color) values ('t', ?, 1, '{}', '[]', 1, 1, 'All', '#000000')").bind(tenant.id),
  env.DB.prepare("insert into custom_fields (id, tenant_id, kind, key, title, type, options, required, position, created_at, updated_at) values ('f', ?, 'lead', 'size', 'Size', 'number', '[]', 0, 0, 1, 1)").bind(tenant.id),
]);

afterEach(() => void vi.restoreAllMocks());

/** The list, and the plan of the statement that read its rows. */
async function asked(query: Record<string, string>) {
  const prepare = vi.spyOn(env.DB, "prepare");
  const answer = await tenant.call("GET", `/leads?${new URLSearchParams({ limit: "5", ...query })}`);
  const sql = prepare.mock.calls.map(([text]) => text).filter((text) => text.startsWith('select "id", "tenant_id"') && text.includes('from "leads"'));
  prepare.mockRestore();
  expect(answer.status, answer.text).toBe(200);
  const plans = await Promise.all(sql.map(async (text) => (await env.DB.prepare(`explain query plan ${text}`).bind(...Array.from({ length: text.split("?").length - 1 }, () => "1")).all<{ detail: string }>()).results.map(({ detail }) => detail).join("\n")));
  return { numbers: (answer.body["data"] as { id: string }[]).map((one) => Number.parseInt(one.id.slice(0, 8), 16)), plan: plans[0] ?? "", next: (answer.body["pagination"] as { next_cursor: string | null }).next_cursor };
}
const filter = (value: object) => ({ filter: JSON.stringify(value) });
const newest = (fits: (i: number) => boolean, from = count) => Array.from({ length: from }, (_, index) => from - 1 - index).filter(fits).slice(0, 5);

describe("a list of many records", () => {
  it("begins with those that fit a condition when they are few, whatever it is sorted by", async () => {
    for (const query of [{ external_id: "erp-77", sort: "name" }, { status: "lost", sort: "-score" }, { ...filter({ $or: [{ external_id: "erp-77" }, { email: "nobody@example.com" }] }) }, { q: "rare", sort: "name" }]) {
      const { plan } = await asked(query);
      expect(plan, JSON.stringify(query)).toMatch(/SEARCH leads USING INDEX sqlite_autoindex_leads_1 \(id=\?\)/);
      expect(plan, JSON.stringify(query)).not.toMatch(/leads_(name|score|newest|changed)|SCAN leads/);
    }
    expect((await asked({ external_id: "erp-77", sort: "name" })).numbers).toEqual([77]);
    expect((await asked({ ...filter({ $or: [{ external_id: "erp-77", status: "lost" }, { external_id: "erp-500" }] }) })).numbers).toEqual([500]);
    expect((await asked({ status: "lost" })).numbers).toEqual(newest((i) => i % 500 === 0));
    expect((await asked({ status: "new", source: "referral", q: "rare" })).numbers).toEqual(newest((i) => i % 1000 === 0 && i % 500 !== 0));
  });

  it("goes along its order when many fit", async () => {
    const byName = await asked({ status: "new", sort: "name" });
    expect(byName.plan).toContain("USING INDEX leads_name");
    expect(byName.plan).not.toContain("TEMP B-TREE");
    for (const query of [filter({ score: { $gte: 1 } }), { tags: "t" }, filter({ "custom.size": { $gte: 1 } })]) {
      const { plan } = await asked(query);
      expect(plan, JSON.stringify(query)).toMatch(/SEARCH leads USING INDEX leads_newest \(tenant_id=\?/);
      expect(plan, JSON.stringify(query)).not.toMatch(/USE TEMP B-TREE FOR ORDER BY/);
      expect(plan, JSON.stringify(query)).not.toMatch(/record_values\S* USING (COVERING )?INDEX sqlite_autoindex_record_values_1 \(tenant_id=\?( AND kind=\?)?\)/);
    }
    expect((await asked({ tags: "t", ...filter({ "custom.size": { $gte: 1 }, score: { $gte: 50 } }) })).numbers).toEqual(newest((i) => i % 7 >= 1 && i % 100 >= 50));
    expect((await asked({ ...filter({ score: { $gte: 98 } }), sort: "score" })).numbers.map((i) => i % 100)).toEqual([98, 98, 98, 98, 98]);
  });

  it("finds words that all of them have a stretch at a time, page after page without gap or repetition", async () => {
    const first = await asked({ q: "maria" });
    expect(first.numbers).toEqual(newest(() => true));
    const second = await asked({ q: "maria", cursor: first.next ?? "" });
    expect(second.numbers).toEqual(newest(() => true, count - 5));
    expect((await asked({ q: "maria", sort: "created_at" })).numbers).toEqual([0, 1, 2, 3, 4]);
    // Few of those that have the word fit the rest: stretch after stretch.
    expect((await asked({ q: "maria", ...filter({ city: null, lost_reason: { $exists: false }, updated_at: { $lt: new Date(3).toISOString() } }) })).numbers).toEqual([2, 1, 0]);
    expect((await asked({ q: "maria", ...filter({ job_title: "none" }) })).numbers).toEqual([]);
    expect((await asked({ q: "maria", sort: "score" })).numbers).toEqual([0, 100, 200, 300, 400]);
  });

  it("is counted from kept sums where those tell apart what is asked for, and else as it is", async () => {
    const total = async (query: Record<string, string>) => ((await tenant.call("GET", `/leads?${new URLSearchParams({ limit: "1", count: "true", ...query })}`)).body["pagination"] as { total: number }).total;
    const prepare = vi.spyOn(env.DB, "prepare");
    expect(await total({})).toBe(count);
    expect(await total({ status: "lost" })).toBe(count / 500);
    expect(await total({ status: "new,lost", source: "referral" })).toBe(count / 10);
    expect(await total(filter({ owner_id: { $exists: false } }))).toBe(count);
    expect(prepare.mock.calls.filter(([text]) => text.includes("count(*)") && !text.includes("n0"))).toEqual([]);
    expect(await total({ status: "lost", ...filter({ score: { $gte: 1 } }) })).toBe(0);
    expect(await total({ deleted: "true" })).toBe(0);
  });

  it("a change of a record reads its own values alone", async () => {
    const prepare = vi.spyOn(env.DB, "prepare");
    const made = await tenant.call("POST", "/leads", { name: "One" });
    expect((await tenant.call("PATCH", `/leads/${String(made.body["id"])}`, { name: "Two" })).status).toBe(200);
    const removals = prepare.mock.calls.map(([text]) => text).filter((text) => text.startsWith('delete from "record_values"'));
    prepare.mockRestore();
    expect(removals.length).toBeGreaterThan(0);
    for (const text of removals) {
      const { results } = await env.DB.prepare(`explain query plan ${text}`).bind(...Array.from({ length: text.split("?").length - 1 }, () => "1")).all<{ detail: string }>();
      expect(results[0]?.detail).toMatch(/record_values_record \(tenant_id=\? AND record_id=\? AND kind=\?\)/);
    }
  });
});
