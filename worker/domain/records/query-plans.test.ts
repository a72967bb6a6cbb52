/** Tenants have a million records: no list reads them all, and none sorts what an index has in order. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { allEntities } from "../../../sdk/schema/crm/index.ts";
import { env, harness } from "../../http/testing/harness.ts";
import { sortableFields } from "./list.ts";

const h = harness();
const tenant = await h.newTenant();
for (const { kind, custom } of allEntities) if (custom) await env.DB.prepare("insert into custom_fields (id, tenant_id, kind, key, title, type, options, required, position, created_at, updated_at) values (?, ?, ?, 'size', 'Size', 'number', '[]', 0, 0, 1, 1)").bind(crypto.randomUUID(), tenant.id, kind).run();

interface Asked {
  sql: string;
  plan: string[];
}

/** The plans of all that a request asks the database for about a table. */
async function plansOf(path: string, table: string): Promise<Asked[]> {
  const prepare = vi.spyOn(env.DB, "prepare");
  const answer = await tenant.call("GET", path);
  expect(answer.status, `${path} ${answer.text}`).toBe(200);
  const asked = prepare.mock.calls.map(([sql]) => sql).filter((sql) => sql.includes(`from "${table}"`));
  prepare.mockRestore();
  return Promise.all(
    asked.map(async (sql) => {
      const values = Array.from({ length: sql.split("?").length - 1 }, () => "1");
      const { results } = await env.DB.prepare(`explain query plan ${sql}`).bind(...values).all<{ detail: string }>();
      return { sql, plan: results.map(({ detail }) => detail) };
    }),
  );
}

/** Each step over the table goes by an index that begins with the tenant, or by ids that were found before. */
function mustSearch({ sql, plan }: Asked, table: string): void {
  const steps = plan.filter((step) => new RegExp(`^(SCAN|SEARCH) ${table}\\b`).test(step));
  expect(steps.length, sql).toBeGreaterThan(0);
  for (const step of steps) expect(step, `${sql}\n${plan.join("\n")}`).toMatch(/^SEARCH \w+ USING (COVERING )?INDEX \w+ \((tenant_id=\?|id=\?)/);
}

const inOrder = ({ sql, plan }: Asked): void => expect(plan.join("\n"), sql).not.toContain("TEMP B-TREE");

afterEach(() => void vi.restoreAllMocks());

describe.each(allEntities.map((of) => [of.path, of] as const))("a list of %s", (path, of) => {
  it("comes in the order of each field it can be sorted by without sorting", async () => {
    for (const field of sortableFields(of))
      for (const sort of [field, `-${field}`]) {
        const asked = await plansOf(`/${path}?sort=${sort}`, path);
        expect(asked.length).toBeGreaterThan(0);
        for (const one of asked) {
          mustSearch(one, path);
          inOrder(one);
        }
      }
  });

  it("that is filtered by an indexed field reads what fits, the newest first, without sorting", async () => {
    for (const [name, { indexed, sensitive, type }] of Object.entries(of.fields)) {
      if (!indexed || sensitive) continue;
      const value = type === "datetime" ? "2026-11-21T10:00:00Z" : type === "integer" || type === "money" ? "1" : "x";
      for (const one of await plansOf(`/${path}?${name}=${encodeURIComponent(value)}`, path)) {
        mustSearch(one, path);
        inOrder(one);
      }
    }
  });

  it("that is searched, counted, or filtered by tags, fields of the tenant's own or a choice of conditions reads no whole table", async () => {
    const filters = [{ $or: [{ created_by: "a" }, { updated_at: { $gt: "@now-1d" } }] }, ...(of.custom ? [{ "custom.size": { $gt: 3 } }] : []), ...(of.tags ? [{ tags: ["a", "b"] }] : [])];
    const queries = ["q=ada", "count=true", "deleted=true", ...filters.map((filter) => `filter=${encodeURIComponent(JSON.stringify(filter))}`)];
    for (const query of queries) for (const one of await plansOf(`/${path}?${query}`, path)) mustSearch(one, path);
  });
});
