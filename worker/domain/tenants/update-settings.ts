import type { z } from "zod";
import { merged, type TenantRow, updateTenant } from "../../../db/tenants.ts";
import { tenants } from "../../../db/schema/tenants.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import { tenantName } from "../auth/fields.ts";
import type { TenantContext } from "../context.ts";
import { egressChange, privateEntries } from "./egress-lists.ts";
import { mustBeOwn } from "./get.ts";
import { tenantSettings } from "./settings.ts";
import { ownTenant, type SettingsView, viewSettings } from "./view.ts";

export const settingsChange = tenantSettings
  .partial()
  .extend({ name: tenantName.optional(), egress: egressChange.optional().describe("Lists that are left out stay; takes up to 30 s to be seen") })
  .strict()
  .refine((change) => Object.keys(change).length > 0, "say what to change");

/** @throws PlatformError `not-found` for any tenant but the actor's own; `bad-request` for private hosts on the allow list */
export async function updateSettings({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof settingsChange> & { id: string } }): Promise<SettingsView> {
  const { id, name, egress, ...settings } = input;
  mustBeOwn(ctx, id);
  const before = await ownTenant(ctx);
  if (egress?.allow) mustBePublic(egress.allow, before);
  const set = { ...(name === undefined ? {} : { name }), ...(Object.keys(settings).length === 0 ? {} : { settings: merged(tenants.settings, settings) }), ...(egress ? { egress: merged(tenants.egress, egress) } : {}) };
  const shown = viewSettings(before);
  const after: SettingsView = { ...shown, ...settings, ...(name === undefined ? {} : { name }), egress: { ...shown.egress, ...egress } };
  await ctx.db.batch([updateTenant(ctx.env.DB, ctx.tenant, set), audited(ctx, { action: "tenant.update", entityId: ctx.tenant, before: shown, after })]);
  return viewSettings(await ownTenant(ctx));
}

/** What the operator has put there may stay. */
function mustBePublic(allow: readonly string[], before: TenantRow): void {
  const kept = new Set(viewSettings(before).egress.allow);
  const refused = privateEntries(allow.filter((entry) => !kept.has(entry)));
  if (refused.length === 0) return;
  const detail = `${refused.join(", ")}: inside a network; only the operator opens such hosts`;
  throw new PlatformError("bad-request", `/egress/allow: ${detail}.`, [{ pointer: "/egress/allow", detail }]);
}
