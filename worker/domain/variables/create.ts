import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { variables } from "../../../db/schema/variables.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { variableName, type VariableView } from "../../../sdk/schema/variable.ts";
import { currentDataKey } from "../../auth/data-keys.ts";
import { sealSecret } from "../../auth/vault.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { checkRoom, secretHosts, secretValue, storedValue, valueOf } from "./values.ts";
import { auditedFields, type VariableRow, viewVariable } from "./view.ts";

export const workflowId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/, "a workflow's id");
export const description = z.string().max(500).nullable();

const common = { name: variableName, workflow_id: workflowId.nullable().default(null).describe("Only for this workflow; it may be deployed later"), description: description.default(null) };

export const variableBody = z.discriminatedUnion("type", [
  z.strictObject({ ...common, type: z.literal("string"), value: valueOf.string }),
  z.strictObject({ ...common, type: z.literal("number"), value: valueOf.number }),
  z.strictObject({ ...common, type: z.literal("boolean"), value: valueOf.boolean }),
  z.strictObject({ ...common, type: z.literal("json"), value: valueOf.json }),
  z.strictObject({ ...common, type: z.literal("secret"), value: secretValue, hosts: secretHosts.describe("Where it may be sent: `api.example.com`, `*.example.com`, `api.example.com:8443`") }),
]);

/** @throws PlatformError `conflict` when the name is taken, `bad-request` for a value that is too large */
export async function createVariable({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof variableBody> }): Promise<VariableView> {
  const { db, env, now } = ctx;
  const { name, type } = input;
  const row: VariableRow = {
    id: newId(now),
    tenant_id: ctx.tenant,
    workflow_id: input.workflow_id ?? "",
    name,
    type,
    value: null,
    sealed: null,
    hosts: input.type === "secret" ? input.hosts : [],
    description: input.description,
    created_at: now,
    updated_at: now,
  };
  if (input.type === "secret") row.sealed = await sealSecret({ db, env }, await currentDataKey({ db, env }, now), row.id, input.value);
  else row.value = storedValue(input.type, input.value);
  const others = await checkRoom(ctx, (row.value ?? row.sealed ?? "").length, null);
  if (others.some((other) => isSame(other, row))) throw taken(row);
  try {
    await db.batch([db.insert(variables, row), audited(ctx, { action: "variable.create", entityId: row.id, after: auditedFields(row) })]);
  } catch (error) {
    // Someone was quicker.
    if (String(error instanceof Error ? (error.cause ?? error) : error).includes("UNIQUE")) throw taken(row);
    throw error;
  }
  return viewVariable(row);
}

const isSame = (one: VariableRow, other: VariableRow): boolean => one.name === other.name && one.workflow_id === other.workflow_id;

function taken({ name, workflow_id }: VariableRow): PlatformError {
  return new PlatformError("conflict", `There is a variable ${name} ${workflow_id === "" ? "of the tenant" : `of the workflow ${workflow_id}`} already: change it with PATCH.`, [{ pointer: "/name", detail: "taken" }]);
}
