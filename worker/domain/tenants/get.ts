import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { ownTenant, type SettingsView, type TenantDetail, viewSettings, viewTenant } from "./view.ts";

export async function getTenant({ ctx }: { ctx: TenantContext }): Promise<TenantDetail> {
  return viewTenant(await ownTenant(ctx));
}

/** @throws PlatformError `not-found` for any tenant but the actor's own */
export async function getSettings({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<SettingsView> {
  mustBeOwn(ctx, input.id);
  return viewSettings(await ownTenant(ctx));
}

/** @throws PlatformError `not-found` */
export function mustBeOwn({ tenant }: TenantContext, id: string): void {
  if (id !== tenant && id !== "current") throw new PlatformError("not-found", `There is no tenant ${id}.`);
}
