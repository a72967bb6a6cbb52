/**
 * What a tenant has added, as types: the fields of its records, its variables and secrets by
 * name. The same that `everstep types` writes for a project.
 * @module
 */
import { isNull } from "drizzle-orm";
import { customFields } from "../../db/schema/records.ts";
import { variables } from "../../db/schema/variables.ts";
import { customFieldsPart } from "../../sdk/cli/crm-types.ts";
import { variablesPart } from "../../sdk/cli/variable-types.ts";
import { viewField } from "../domain/custom-fields/view.ts";
import type { TenantContext } from "../domain/context.ts";
import { checkTypes, type TypeCheck } from "./check.ts";

const fileName = "everstep-env.d.ts";

/** To be put beside the sources that are checked. No values are in it. */
export async function tenantTypes({ db }: Pick<TenantContext, "db">): Promise<Record<string, string>> {
  const [fields, named] = await Promise.all([db.select(customFields, { where: isNull(customFields.deleted_at) }), db.select(variables)]);
  const known = named.map(({ name, type, workflow_id }) => ({ name, type, workflow_id: workflow_id === "" ? null : workflow_id }));
  return { [fileName]: `import "everstep";\n${variablesPart(known)}${customFieldsPart(fields.map(viewField))}` };
}

/** Sources of a tenant's, which may name the fields it has added. Never throws but for a database that cannot be read. */
export async function checkTenantTypes(ctx: Pick<TenantContext, "db" | "env">, files: Readonly<Record<string, string>>): Promise<TypeCheck> {
  return checkTypes(ctx.env, { ...files, ...(await tenantTypes(ctx)) });
}
