import { z } from "zod";
import { findTenant, type TenantRow } from "../../../db/tenants.ts";
import { planNames } from "../../auth/plans.ts";
import { tenantEgress } from "../../egress/tenant-policy.ts";
import { iso, type TenantContext } from "../context.ts";
import { settingsOf, tenantSettings } from "./settings.ts";

export const plan = z.enum(planNames);
export const tenantStatus = z.enum(["active", "suspended"]);

export const settingsView = tenantSettings.extend({
  id: z.string(),
  name: z.string(),
  egress: z.object({ allow: z.array(z.string()), deny: z.array(z.string()) }).describe("Hosts its code may, and may not, reach; an empty `allow`: every public host"),
});
export type SettingsView = z.infer<typeof settingsView>;

export const tenantDetail = z.object({
  id: z.string(),
  slug: z.string().describe("First part of `/hooks/{slug}/{path}`"),
  name: z.string(),
  plan,
  status: tenantStatus.describe("`suspended`: everything can be read, nothing can be changed or started"),
  settings: tenantSettings,
  created_at: z.string(),
});
export type TenantDetail = z.infer<typeof tenantDetail>;

export function viewSettings(row: TenantRow): SettingsView {
  const egress = tenantEgress.safeParse(row.egress ?? {});
  return { id: row.id, name: row.name, ...settingsOf(row), egress: egress.success ? egress.data : { allow: [], deny: [] } };
}

export function viewTenant(row: TenantRow): TenantDetail {
  const { id, slug, name, plan, status } = row;
  return { id, slug, name, plan, status, settings: settingsOf(row), created_at: iso(row.created_at) };
}

/** The actor's own. */
export async function ownTenant(ctx: TenantContext): Promise<TenantRow> {
  const row = await findTenant(ctx.env.DB, ctx.tenant);
  if (!row) throw new Error(`the tenant ${ctx.tenant} is gone`);
  return row;
}
