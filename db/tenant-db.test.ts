import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { hooks } from "./schema/hooks.ts";
import { tenantDb } from "./tenant-db.ts";
import { insertTenant } from "./tenants.ts";

const { DB } = env as unknown as { DB: D1Database };
const [mine, theirs] = [tenantDb(DB, "mine"), tenantDb(DB, "theirs")];
const row = (path: string) => ({ path, scheme: "none" as const, created_at: 1, updated_at: 1 });

beforeAll(async () => {
  for (const id of ["mine", "theirs"]) await insertTenant(DB, { id, slug: id, name: id, created_at: 1 });
  await mine.insert(hooks, row("a"));
  await theirs.batch([theirs.insert(hooks, row("a")), theirs.insert(hooks, row("b"))]);
});

describe("the tenant's door to the database", () => {
  it("shows the tenant's own rows and no others, whatever the condition", async () => {
    expect(await mine.select(hooks)).toHaveLength(1);
    expect(await mine.first(hooks, eq(hooks.path, "b"))).toBeNull();
    expect(await mine.select(hooks, { where: eq(hooks.tenant_id, "theirs") })).toEqual([]);
    expect([await mine.count(hooks), await theirs.count(hooks)]).toEqual([1, 2]);
  });

  it("changes the tenant's own rows and no others", async () => {
    await mine.update(hooks, { updated_at: 9 });
    expect((await theirs.select(hooks)).map((one) => one.updated_at)).toEqual([1, 1]);
    expect(await mine.remove(hooks, eq(hooks.path, "b"))).toBe(0);
    await mine.upsert(hooks, row("a"), [hooks.tenant_id, hooks.path], { updated_at: 5 });
    expect((await mine.first(hooks, eq(hooks.path, "a")))?.updated_at).toBe(5);
    expect((await theirs.first(hooks, eq(hooks.path, "a")))?.updated_at).toBe(1);
  });

  it("writes rows as the tenant's, even when a caller smuggles in another tenant", async () => {
    const smuggled: object = { ...row("c"), tenant_id: "theirs" };
    await mine.insert(hooks, smuggled as ReturnType<typeof row>);
    await mine.update(hooks, { ...smuggled, updated_at: 7 }, eq(hooks.path, "c"));
    expect(await theirs.first(hooks, eq(hooks.path, "c"))).toBeNull();
    expect((await mine.first(hooks, eq(hooks.path, "c")))?.updated_at).toBe(7);
  });

  it("does all of a batch or nothing", async () => {
    await expect(mine.batch([mine.insert(hooks, row("d")), mine.insert(hooks, row("a"))])).rejects.toThrow();
    expect(await mine.first(hooks, eq(hooks.path, "d"))).toBeNull();
  });

  it("does a conditional batch whole when its condition holds, and nothing of it otherwise", async () => {
    const rename = (at: number) => [mine.update(hooks, { updated_at: at }, eq(hooks.path, "a")), mine.delete(hooks, eq(hooks.path, "c"))];
    expect(await mine.batchIf(mine.exists(hooks, eq(hooks.path, "b")), rename(11))).toBe(false);
    expect(await mine.first(hooks, eq(hooks.path, "a"))).not.toMatchObject({ updated_at: 11 });
    expect(await mine.first(hooks, eq(hooks.path, "c"))).not.toBeNull();
    expect(await mine.batchIf(mine.exists(hooks, eq(hooks.path, "c")), rename(12))).toBe(true);
    expect(await mine.first(hooks, eq(hooks.path, "a"))).toMatchObject({ updated_at: 12 });
    expect(await mine.first(hooks, eq(hooks.path, "c"))).toBeNull();
  });

  it("lets one of many at once through when each ends the condition of the others", async () => {
    await mine.insert(hooks, row("once"));
    const all = await Promise.all(Array.from({ length: 8 }, () => mine.batchIf(mine.exists(hooks, eq(hooks.path, "once")), [mine.delete(hooks, eq(hooks.path, "once"))])));
    expect(all.filter(Boolean)).toHaveLength(1);
  });

  it("tells of every other failure of a conditional batch", async () => {
    await expect(mine.batchIf(mine.exists(hooks, eq(hooks.path, "a")), [mine.insert(hooks, row("a"))])).rejects.toThrow();
  });
});
