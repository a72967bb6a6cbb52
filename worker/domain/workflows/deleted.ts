import { eq } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { workflowVersions } from "../../../db/schema/drafts.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import type { BundleManifest } from "../../../sdk/schema/manifest.ts";
import type { TenantContext } from "../context.ts";

/** Without workflows that were deleted: a file that still holds one does not bring it back by being edited. */
export async function withoutDeleted({ db }: TenantContext, { workflows: all }: BundleManifest): Promise<BundleManifest> {
  const there = new Set((await db.select(workflows, { where: among(workflows.id, all.map(({ id }) => id)) })).map(({ id }) => id));
  const kept = await Promise.all(all.map(async (one) => (there.has(one.id) || !(await db.first(workflowVersions, eq(workflowVersions.workflow_id, one.id))) ? [one] : [])));
  return { workflows: kept.flat() };
}
