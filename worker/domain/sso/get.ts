import type { TenantContext } from "../context.ts";
import { findOwnProvider } from "./find.ts";
import { type ProviderView, viewProvider } from "./view.ts";

/** @throws PlatformError `not-found` */
export async function getProvider({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<ProviderView> {
  return viewProvider(ctx.env, await findOwnProvider(ctx, input.id));
}
