import { and, asc, eq, gt } from "drizzle-orm";
import type { z } from "zod";
import { variables } from "../../../db/schema/variables.ts";
import { variableName, type VariableView } from "../../../sdk/schema/variable.ts";
import type { TenantContext } from "../context.ts";
import { type Page, pageQuery, readCursor, toPage } from "../page.ts";
import { workflowId } from "./create.ts";
import { findVariable, viewVariable } from "./view.ts";

export const variablesQuery = pageQuery.extend({
  workflow_id: workflowId.optional().describe("Only those of this workflow"),
  name: variableName.optional(),
});

/** Oldest first. */
export async function listVariables({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof variablesQuery> }): Promise<Page<VariableView>> {
  const after = readCursor(input.cursor);
  const rows = await ctx.db.select(variables, {
    where: and(
      input.workflow_id === undefined ? undefined : eq(variables.workflow_id, input.workflow_id),
      input.name === undefined ? undefined : eq(variables.name, input.name),
      after === null ? undefined : gt(variables.id, after),
    ),
    orderBy: asc(variables.id),
    limit: input.limit + 1,
  });
  return toPage(rows, input.limit, (row) => row.id, viewVariable);
}

/** @throws PlatformError `not-found` */
export async function getVariable({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<VariableView> {
  return viewVariable(await findVariable(ctx, input.id));
}
