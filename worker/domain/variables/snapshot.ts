import { inArray, ne, and } from "drizzle-orm";
import { variables } from "../../../db/schema/variables.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import type { VariablesSnapshot } from "../../../sdk/schema/variable.ts";
import { tagOf } from "../../egress/secrets-tag.ts";
import type { Env } from "../../env.ts";

/** What an execution sees of its tenant's variables, and the tag of its references to secrets; as JSON. */
export async function variablesSnapshot(env: Env, tenant: string, workflow: string, execution: string): Promise<string> {
  const db = tenantDb(env.DB, tenant);
  const [rows, tag] = await Promise.all([
    db.select(variables, { where: and(inArray(variables.workflow_id, ["", workflow]), ne(variables.type, "secret")) }),
    tagOf({ db, env }, { execution, workflow }, Date.now()),
  ]);
  // The tenant's first, so that the workflow's own come to stand over them.
  rows.sort((one, other) => one.workflow_id.length - other.workflow_id.length);
  const values = Object.fromEntries(rows.map(({ name, value }) => [name, JSON.parse(value ?? "null")]));
  return JSON.stringify({ values, tag } satisfies VariablesSnapshot);
}
