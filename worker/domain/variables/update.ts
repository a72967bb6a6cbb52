import { eq } from "drizzle-orm";
import { z } from "zod";
import { variables } from "../../../db/schema/variables.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { VariableView } from "../../../sdk/schema/variable.ts";
import { currentDataKey } from "../../auth/data-keys.ts";
import { sealSecret } from "../../auth/vault.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { description } from "./create.ts";
import { checkedSecret, checkRoom, secretHosts, storedValue } from "./values.ts";
import { auditedFields, findVariable, type VariableRow, viewVariable } from "./view.ts";

/** Name, type and workflow are for good: another one is another variable. */
export const variableChange = z
  .strictObject({ value: z.json().optional(), hosts: secretHosts.optional().describe("A host that was not there before needs the value again"), description: description.optional() })
  .refine((change) => Object.keys(change).length > 0, "nothing is to be changed");

/** @throws PlatformError `not-found`, `bad-request`, `conflict` */
export async function updateVariable({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof variableChange> & { id: string } }): Promise<VariableView> {
  const { db, now } = ctx;
  const before = await findVariable(ctx, input.id);
  refuseHosts(before, input);
  const change = {
    ...(await sealedOrStored(ctx, before, input.value)),
    ...(input.hosts === undefined ? {} : { hosts: input.hosts }),
    ...(input.description === undefined ? {} : { description: input.description }),
    updated_at: now,
  };
  const after: VariableRow = { ...before, ...change };
  if (input.value !== undefined) await checkRoom(ctx, (after.value ?? after.sealed ?? "").length, before.id);
  await db.batch([
    db.update(variables, change, eq(variables.id, before.id)),
    audited(ctx, { action: "variable.update", entityId: before.id, before: auditedFields(before), after: auditedFields(after) }),
  ]);
  return viewVariable(after);
}

/** Who may only change settings must not get a secret sent to a host of their own. */
function refuseHosts({ type, hosts }: VariableRow, input: z.infer<typeof variableChange>): void {
  if (input.hosts === undefined) return;
  const refuse = (detail: string) => new PlatformError("bad-request", `/hosts: ${detail}`, [{ pointer: "/hosts", detail }]);
  if (type !== "secret") throw refuse(`a variable of type ${type} has no hosts`);
  const added = input.hosts.filter((host) => !hosts.includes(host));
  if (added.length > 0 && input.value === undefined) throw refuse(`${added.join(", ")} would be new: give the value again along with it`);
}

async function sealedOrStored({ db, env, now }: TenantContext, { id, type }: VariableRow, value: unknown): Promise<Partial<VariableRow>> {
  if (value === undefined) return {};
  if (type !== "secret") return { value: storedValue(type, value) };
  return { sealed: await sealSecret({ db, env }, await currentDataKey({ db, env }, now), id, checkedSecret(value)) };
}
