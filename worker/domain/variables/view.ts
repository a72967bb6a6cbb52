import { eq } from "drizzle-orm";
import { z } from "zod";
import { variables } from "../../../db/schema/variables.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { VariableView } from "../../../sdk/schema/variable.ts";
import { iso, type TenantContext } from "../context.ts";

export type VariableRow = typeof variables.$inferSelect;

const json = z.json();

/** A secret's value is in no view: nobody is shown it again. */
export function viewVariable(row: VariableRow): VariableView {
  const { id, name, type, workflow_id, value, sealed, hosts, description } = row;
  return {
    id,
    name,
    type,
    workflow_id: workflow_id === "" ? null : workflow_id,
    ...(type === "secret" || value === null ? {} : { value: json.parse(JSON.parse(value)) }),
    has_value: value !== null || sealed !== null,
    hosts,
    description,
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}

/** What the audit log compares; it masks `value` and `sealed`. */
export function auditedFields({ name, type, workflow_id, value, sealed, hosts, description }: Omit<VariableRow, "id" | "tenant_id" | "created_at" | "updated_at">): object {
  return { name, type, workflow_id: workflow_id === "" ? null : workflow_id, description, ...(type === "secret" ? { sealed, hosts } : { value }) };
}

/** @throws PlatformError `not-found` */
export async function findVariable(ctx: Pick<TenantContext, "db">, id: string): Promise<VariableRow> {
  const row = await ctx.db.first(variables, eq(variables.id, id));
  if (!row) throw new PlatformError("not-found", `There is no variable ${id}.`);
  return row;
}
