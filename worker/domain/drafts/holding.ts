import { and, eq } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { workflowVersions } from "../../../db/schema/drafts.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import type { BundleManifest } from "../../../sdk/schema/manifest.ts";
import type { TenantContext } from "../context.ts";

/**
 * Why a file must not hold these workflows: the one it is about has to be among them, and none
 * of another file. Empty: it may.
 */
export async function holdingFaults(ctx: TenantContext, { manifest, file, id }: { manifest: BundleManifest; file: string; id: string }): Promise<string[]> {
  const ids = manifest.workflows.map((workflow) => workflow.id);
  if (!ids.includes(id)) return [`the source does not hold the workflow \`${id}\` any more, but ${ids.map((one) => `\`${one}\``).join(", ")}: its id has to stay. To make another workflow of it, create a new one.`];
  const others = await ctx.db.select(workflows, { where: among(workflows.id, ids.filter((one) => one !== id)) });
  const faults = await Promise.all(
    others.map(async (other) => {
      const row = await ctx.db.first(workflowVersions, and(eq(workflowVersions.workflow_id, other.id), eq(workflowVersions.version, other.version)));
      return row?.file === file ? [] : [`the workflow \`${other.id}\` is published from ${row?.file ?? "elsewhere"}: ${file} cannot take it over. Give it another id here.`];
    }),
  );
  return faults.flat();
}
