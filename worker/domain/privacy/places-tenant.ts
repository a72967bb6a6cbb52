/** Places that hold nothing of people, and why: see places.ts. */
import { getTableName } from "drizzle-orm";
import { deployments } from "../../../db/schema/deployments.ts";
import { hooks } from "../../../db/schema/hooks.ts";
import { privacyJobs, privacyReceipts } from "../../../db/schema/privacy.ts";
import { usage } from "../../../db/schema/usage.ts";
import { dataKeys, variables } from "../../../db/schema/variables.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import type { TenantTable } from "../../../db/tenant-db.ts";
import type { Place } from "./place.ts";

const nothing = (table: TenantTable, because: string, archived: Place["archived"] = { missing: {} }): Place => ({ name: getTableName(table), table, holds: null, because, archived });
const platform = (name: string, because: string): Place => ({ name, holds: null, because, archived: { not: "the platform's own" } });

export const otherPlaces: readonly Place[] = [
  nothing(deployments, "versions of the tenant's code"),
  nothing(workflows, "what the tenant's code declares"),
  nothing(hooks, "paths and sealed secrets", { missing: { secret_encrypted: null } }),
  nothing(variables, "the tenant's settings, sealed or plain; not searched: they are few, and changed by hand", { missing: { sealed: null } }),
  nothing(dataKeys, "keys, sealed", { not: "keys stay where they seal" }),
  nothing(usage, "numbers"),
  nothing(privacyReceipts, "numbers, and a keyed hash that only proves what is known already"),
  nothing(privacyJobs, "whom a job is about is sealed, and gone when it is done", { not: "work of the moment" }),
  platform("signing_keys", "keys, sealed"),
  platform("retention_state", "which tenant is being cleaned"),
];
