import { z } from "zod";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { mustBeAbleTo } from "../../auth/can.ts";
import { publishSource, publishedView } from "../drafts/publish.ts";
import { defaultFile, readPublished } from "../drafts/published.ts";
import { saveDraft } from "../drafts/save.ts";
import { savedView } from "../drafts/view.ts";
import { findWorkflow } from "../workflows/find.ts";
import { getVersion } from "./get.ts";

export const restoreBody = z.strictObject({
  publish: z.boolean().default(false).describe("Publish it at once; into the draft when left out"),
  message: z.string().max(500).optional().describe("What the new version is about"),
});

export const restoredView = z.union([publishedView, savedView]);
export type RestoredView = z.infer<typeof restoredView>;

interface Input extends z.output<typeof restoreBody> {
  id: string;
  version: number;
  /** The revision that was seen; null: whatever it is. */
  seen: number | null;
}

/**
 * Takes the source of an earlier version back, into the draft or as a new version. Of several
 * files only the workflow's own is taken back.
 * @throws PlatformError `not-found`; `conflict` when it came without its source; `version-conflict`; `forbidden`, and all of publishing
 */
export async function restoreVersion({ ctx, input }: { ctx: TenantContext; input: Input }): Promise<RestoredView> {
  const { source } = await getVersion({ ctx, input });
  if (source === null) throw new PlatformError("conflict", `Version ${input.version} was deployed without its source. \`POST /api/v1/deployments/{id}/activate\` makes its deployment run again.`);
  if (!input.publish) return saveDraft({ ctx, input: { id: input.id, source, version: input.seen } });
  mustBeAbleTo(ctx.actor, "deployments.write");
  const workflow = await findWorkflow(ctx, input.id);
  const published = await readPublished(ctx, workflow);
  const message = input.message ?? `Version ${input.version} restored`;
  return publishSource(ctx, { workflow, published, file: published.file ?? defaultFile(workflow.id), source, draft: null, origin: "restore", message, switchOn: false });
}
