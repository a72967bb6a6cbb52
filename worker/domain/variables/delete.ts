import { eq } from "drizzle-orm";
import { variables } from "../../../db/schema/variables.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { auditedFields, findVariable } from "./view.ts";

/** @throws PlatformError `not-found` */
export async function deleteVariable({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<void> {
  const row = await findVariable(ctx, input.id);
  await ctx.db.batch([ctx.db.delete(variables, eq(variables.id, row.id)), audited(ctx, { action: "variable.delete", entityId: row.id, before: auditedFields(row) })]);
}
