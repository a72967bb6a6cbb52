import { errorMessage } from "../../../db/error-message.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import type { Env } from "../../env.ts";
import { delivererOf } from "../../events/objects.ts";

/** Call it after the batch that makes something due: the tenant's deliverer looks at once. */
export function nudgeSoon({ env, db, waitUntil }: { env: Env; db: Pick<TenantDb, "tenant">; waitUntil(work: Promise<unknown>): void }): void {
  waitUntil(nudge(env, db.tenant));
}

/** Never throws: the sweep makes good what is missed here. */
export async function nudge(env: Env, tenant: string): Promise<void> {
  await delivererOf(env, tenant)
    .nudge(tenant)
    .catch((error: unknown) => console.warn(JSON.stringify({ level: "warn", event: "deliverer.unreachable", tenant, message: errorMessage(error), consequence: "the sweep sends it" })));
}
