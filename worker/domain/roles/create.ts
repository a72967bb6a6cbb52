import { sql } from "drizzle-orm";
import type { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { roles } from "../../../db/schema/roles.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { covers } from "../../auth/can.ts";
import type { Role } from "../../auth/roles.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { type roleBody, type RoleView, viewRole } from "./view.ts";

/** @throws PlatformError `forbidden` for more than the actor may; `conflict` when the name is taken */
export async function createRole({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof roleBody> }): Promise<RoleView> {
  mustCover(ctx, input);
  const row = { id: newId(ctx.now), ...input, created_at: ctx.now, updated_at: ctx.now };
  const done = await ctx.db.batchIf(sql`not ${ctx.db.exists(roles, sql`lower(${roles.name}) = lower(${input.name})`)}`, [
    ctx.db.insert(roles, row),
    audited(ctx, { action: "role.create", entityId: row.id, after: input }),
  ]);
  if (!done) throw nameTaken(input.name);
  return viewRole({ ...row, tenant_id: ctx.tenant });
}

/** @throws PlatformError `forbidden` */
export function mustCover({ actor }: TenantContext, role: Role): void {
  if (!covers(actor, role)) throw new PlatformError("forbidden", "A role cannot allow more than whoever makes or changes it may, nor show what they see masked.");
}

export function nameTaken(name: string): PlatformError {
  return new PlatformError("conflict", `There is a role called ${name} already.`, [{ pointer: "/name", detail: "taken" }]);
}
