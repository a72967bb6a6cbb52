import { and, eq, sql } from "drizzle-orm";
import { newId } from "../../db/ids.ts";
import { variables } from "../../db/schema/variables.ts";
import { ownSpecs } from "../../sdk/schema/actions/index.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { audited } from "../domain/audit/record.ts";
import { checkRoom, storedValue } from "../domain/variables/values.ts";
import { auditedFields, type VariableRow } from "../domain/variables/view.ts";
import { action, type ActionContext } from "./action.ts";

type Plain = Exclude<VariableRow["type"], "secret">;

function typeOf(value: unknown): Plain {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? (typeof value as Plain) : "json";
}

function workflowOf({ cause }: ActionContext, scope: "tenant" | "workflow", workflowId: string | undefined): string {
  if (scope === "tenant") return "";
  const found = workflowId ?? cause?.workflowId;
  if (found === undefined) throw new PlatformError("bad-request", "workflow_id: say of which workflow", [{ pointer: "/workflow_id", detail: "is required" }]);
  return found;
}

export const setVariable = action(ownSpecs.setVariable, async (ctx, { name, value, scope, workflow_id }) => {
  const { db, now, tenant } = ctx;
  const workflow = workflowOf(ctx, scope, workflow_id);
  const where = and(eq(variables.workflow_id, workflow), eq(variables.name, name));
  const before = await db.first(variables, where);
  if (before?.type === "secret") throw new PlatformError("conflict", `${name} is a secret: secrets are set by people alone.`);
  const type = before?.type ?? typeOf(value);
  const after: VariableRow = { ...(before ?? { id: newId(now), tenant_id: tenant, workflow_id: workflow, name, type, sealed: null, hosts: [], description: null, created_at: now }), value: storedValue(type, value), updated_at: now };
  const result = { id: after.id };
  if (before?.value === after.value) return { statements: [], result };
  await checkRoom(ctx, (after.value ?? "").length, before?.id ?? null);
  return {
    statements: [
      before ? db.update(variables, { value: after.value, updated_at: now }, eq(variables.id, before.id)) : db.insert(variables, after),
      audited(ctx, before ? { action: "variable.update", entityId: after.id, before: auditedFields(before), after: auditedFields(after) } : { action: "variable.create", entityId: after.id, after: auditedFields(after) }),
    ],
    condition: before ? db.exists(variables, and(eq(variables.id, before.id), eq(variables.value, before.value ?? ""))) : sql`not ${db.exists(variables, where)}`,
    result,
    changes: [{ type: "variable", id: after.id, before: before ? { value: JSON.parse(before.value ?? "null") as unknown } : null, after: { name, value } }],
  };
});
