import { eq } from "drizzle-orm";
import { hookBodies, hooks, hookSamples } from "../../../db/schema/hooks.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { missing } from "./get.ts";

/** @throws PlatformError `not-found` */
export async function deleteHook({ ctx, input }: { ctx: TenantContext; input: { path: string } }): Promise<void> {
  const { path } = input;
  const row = await ctx.db.first(hooks, eq(hooks.path, path));
  if (!row) throw missing(path);
  const done = await ctx.db.batchIf(ctx.db.exists(hooks, eq(hooks.path, path)), [ctx.db.delete(hooks, eq(hooks.path, path)), ctx.db.delete(hookSamples, eq(hookSamples.path, path)), ctx.db.delete(hookBodies, eq(hookBodies.path, path)), audited(ctx, { action: "hook.delete", entityId: path, before: { scheme: row.scheme } })]);
  if (!done) throw missing(path);
}
