/**
 * What only the operator sees and changes of tenants: plan, status, limits.
 * @module
 */
import { and, eq, gt } from "drizzle-orm";
import { z } from "zod";
import { tenants } from "../../../db/schema/tenants.ts";
import { findTenant, listTenants, type TenantRow, updateTenant } from "../../../db/tenants.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { limitDeviations } from "../../auth/plans.ts";
import { audited } from "../audit/record.ts";
import { iso, type OperatorContext } from "../context.ts";
import { type Page, pageQuery, readCursor, toPage } from "../page.ts";
import { inTenant } from "./upsert.ts";
import { plan, tenantStatus } from "./view.ts";

/** What is stored may be older than the names that are known now. */
const limits = z.record(z.string(), z.json()).nullable().describe("Deviations from the plan's limits; null: none");

export const operatedView = z.object({ id: z.string(), slug: z.string(), name: z.string(), plan, status: tenantStatus, limits, created_at: z.string() });
export type OperatedView = z.infer<typeof operatedView>;

export const tenantsQuery = pageQuery.extend({ slug: z.string().max(63).optional(), plan: plan.optional(), status: tenantStatus.optional() });

export const operatedChange = z
  .strictObject({ plan: plan.optional(), status: tenantStatus.optional().describe("`suspended`: nothing starts or changes, everything can be read"), limits: limitDeviations.nullable().optional() })
  .refine((change) => Object.keys(change).length > 0, "say what to change");

function view({ id, slug, name, plan, status, limits, created_at }: TenantRow): OperatedView {
  return { id, slug, name, plan, status, limits, created_at: iso(created_at) };
}

/** The oldest first. */
export async function listAllTenants({ ctx, input }: { ctx: OperatorContext; input: z.infer<typeof tenantsQuery> }): Promise<Page<OperatedView>> {
  const after = readCursor(input.cursor);
  const where = and(
    input.slug === undefined ? undefined : eq(tenants.slug, input.slug),
    input.plan === undefined ? undefined : eq(tenants.plan, input.plan),
    input.status === undefined ? undefined : eq(tenants.status, input.status),
    after === null ? undefined : gt(tenants.id, after),
  );
  return toPage(await listTenants(ctx.env.DB, { where, limit: input.limit + 1 }), input.limit, (row) => row.id, view);
}

/** @throws PlatformError `not-found` */
export async function operateTenant({ ctx, input }: { ctx: OperatorContext; input: z.infer<typeof operatedChange> & { id: string } }): Promise<OperatedView> {
  const { id, ...change } = input;
  const row = await findTenant(ctx.env.DB, id);
  if (!row) throw new PlatformError("not-found", `There is no tenant ${id}.`);
  const before = { plan: row.plan, status: row.status, limits: row.limits };
  const after = { plan: change.plan ?? row.plan, status: change.status ?? row.status, limits: change.limits === undefined ? row.limits : change.limits };
  const audit = inTenant(ctx, id);
  await audit.db.batch([updateTenant(ctx.env.DB, id, after), audited(audit, { action: "tenant.update", entityId: id, before, after })]);
  return view({ ...row, ...after });
}
