/**
 * What a call to `/hooks/{slug}/{path}` meets: the tenant, the hook's settings, and the
 * workflows that listen there, in one round trip. The caller is unknown at this point.
 * @module
 */
import { and, asc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { hooks } from "./schema/hooks.ts";
import { tenants } from "./schema/tenants.ts";
import { workflows } from "./schema/workflows.ts";

export interface HookTarget {
  tenant_id: string;
  tenant_status: "active" | "suspended";
  hook: typeof hooks.$inferSelect | null;
  /** Active ones with a webhook trigger on the path. */
  listeners: (typeof workflows.$inferSelect)[];
}

/** It has a webhook trigger on the path. */
const hasHook = (path: string) =>
  sql`exists (select 1 from json_each(${workflows.manifest}, '$.on') as t where json_extract(t.value, '$.kind') = 'webhook' and json_extract(t.value, '$.path') = ${path})`;

export async function findHookTarget(d1: D1Database, slug: string, path: string): Promise<HookTarget | null> {
  const db = drizzle(d1);
  const [found, listeners] = await db.batch([
    db
      .select({ tenant_id: tenants.id, tenant_status: tenants.status, hook: hooks })
      .from(tenants)
      .leftJoin(hooks, and(eq(hooks.tenant_id, tenants.id), eq(hooks.path, path)))
      .where(eq(tenants.slug, slug))
      .limit(1),
    db
      .select({ workflow: workflows })
      .from(workflows)
      .innerJoin(tenants, eq(tenants.id, workflows.tenant_id))
      .where(
        and(
          eq(tenants.slug, slug),
          eq(workflows.is_active, true),
          hasHook(path),
        ),
      )
      .orderBy(asc(workflows.id)),
  ]);
  const tenant = found[0];
  return tenant ? { ...tenant, listeners: listeners.map((row) => row.workflow) } : null;
}

/** The same workflows, of a tenant that is known. */
export async function findHookListeners(d1: D1Database, tenant: string, path: string): Promise<(typeof workflows.$inferSelect)[]> {
  return drizzle(d1)
    .select()
    .from(workflows)
    .where(and(eq(workflows.tenant_id, tenant), eq(workflows.is_active, true), hasHook(path)))
    .orderBy(asc(workflows.id));
}
