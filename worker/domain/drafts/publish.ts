import { and, eq, type SQL } from "drizzle-orm";
import { z } from "zod";
import type { WorkflowRow } from "../../../db/credentials.ts";
import { workflowDrafts } from "../../../db/schema/drafts.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import { type DeploymentRequest, deploymentRequest } from "../../../sdk/schema/manifest.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { mustHaveRoom } from "../plans/room.ts";
import type { VersionOrigin } from "../versions/record.ts";
import { withoutDeleted } from "../workflows/deleted.ts";
import { findWorkflow } from "../workflows/find.ts";
import { updateWorkflow } from "../workflows/update.ts";
import { deploySource } from "./deploy.ts";
import { holdingFaults } from "./holding.ts";
import { type DraftRow, filesWith, type Published, readDraft, readPublished } from "./published.ts";
import { revisionConflict } from "./view.ts";
import { typesView } from "./validate.ts";

export const publishBody = z.strictObject({
  message: z.string().max(500).optional().describe("What the version is about"),
  revision: z.number().int().optional().describe("The revision that was seen: refused with 409 when it is another by now"),
  replaces: z.number().int().optional().describe("The published version that may be replaced; the one that the draft was begun from when left out"),
  in_flight: deploymentRequest.shape.in_flight.describe("What becomes of executions under way; they go on with the code they began with when left out"),
  is_active: z.boolean().default(true).describe("False: a workflow that is switched off stays so"),
});

export const publishedView = z.object({
  workflow_id: z.string(),
  version: z.number().int(),
  deployment_id: z.string(),
  is_active: z.boolean(),
  created: z.boolean().describe("False: there was nothing to publish"),
  revision: z.number().int(),
  types: typesView,
});
export type PublishedView = z.infer<typeof publishedView>;

/**
 * Makes the draft of a workflow what runs. Without one it only switches the workflow on.
 * @throws PlatformError `not-found`; `bundle-rejected` with places; `version-conflict`; `conflict`; `plan-limit`
 */
export async function publishDraft({ ctx, input }: { ctx: TenantContext; input: z.output<typeof publishBody> & { id: string } }): Promise<PublishedView> {
  const workflow = await findWorkflow(ctx, input.id);
  const [published, draft] = await Promise.all([readPublished(ctx, workflow), readDraft(ctx, workflow.id)]);
  if (input.revision !== undefined && input.revision !== workflow.revision) throw revisionConflict(input.revision, workflow, { current: draft?.source ?? published.source });
  if (!draft) {
    if (input.is_active && !workflow.is_active) await updateWorkflow({ ctx, input: { id: workflow.id, is_active: true } });
    return viewPublished(ctx, workflow.id, false, { unavailable: "There was nothing to publish." });
  }
  const replaces = input.replaces ?? draft.base_version;
  if (replaces !== workflow.version) throw overtakenBy(workflow, replaces);
  return publishSource(ctx, { workflow, published, file: draft.file, source: draft.source, draft, origin: "editor", message: input.message, in_flight: input.in_flight, switchOn: input.is_active });
}

interface Publication {
  workflow: WorkflowRow;
  published: Published;
  file: string;
  source: string;
  /** Goes with it, unless it has changed by then. */
  draft: DraftRow | null;
  origin: VersionOrigin;
  message: string | undefined;
  in_flight?: DeploymentRequest["in_flight"];
  /** Whether it is switched on, should it be off. */
  switchOn: boolean;
}

/** Makes a source of this workflow what runs. */
export async function publishSource(ctx: TenantContext, { workflow, published, file, source, draft, origin, message, in_flight, switchOn }: Publication): Promise<PublishedView> {
  const { id, version } = workflow;
  const switchesOn = switchOn && !workflow.is_active;
  if (switchesOn) await mustHaveRoom(ctx, ctx.tenant, "workflows");
  const mine = eq(workflowDrafts.workflow_id, id);
  const also = (next: SQL) => [
    ...(draft ? [ctx.db.delete(workflowDrafts, and(mine, eq(workflowDrafts.revision, draft.revision))), ctx.db.update(workflowDrafts, { base_version: next }, mine)] : []),
    ...(switchesOn ? [ctx.db.update(workflows, { is_active: true }, eq(workflows.id, id))] : []),
    audited(ctx, { action: "workflow.publish", entityId: id, before: { version, is_active: workflow.is_active }, after: { replaces: version, origin, message: message ?? null, is_active: workflow.is_active || switchOn } }),
  ];
  const { types, created } = await deploySource(ctx, {
    files: filesWith(published, file, source),
    file,
    message,
    in_flight,
    options: {
      origin,
      also,
      condition: () => ctx.db.exists(workflows, and(eq(workflows.id, id), eq(workflows.version, version))),
      overtaken: async () => overtakenBy(await findWorkflow({ ...ctx, workflow: null }, id), version),
      select: (manifest) => withoutDeleted(ctx, manifest),
      async inspect(manifest) {
        const [fault] = await holdingFaults(ctx, { manifest, file, id });
        if (fault !== undefined) throw new PlatformError("conflict", `${fault.slice(0, 1).toUpperCase()}${fault.slice(1)}`);
      },
    },
  });
  if (!created) {
    // It runs already, so there was no transaction.
    if (draft) await ctx.db.batch([ctx.db.delete(workflowDrafts, and(mine, eq(workflowDrafts.revision, draft.revision)))]);
    if (switchesOn) await updateWorkflow({ ctx, input: { id, is_active: true } });
  }
  return viewPublished(ctx, id, created, types);
}

async function viewPublished(ctx: TenantContext, id: string, created: boolean, types: z.infer<typeof typesView>): Promise<PublishedView> {
  const { version, deployment_id, is_active, revision } = await findWorkflow({ ...ctx, workflow: null }, id);
  return { workflow_id: id, version, deployment_id, is_active, created, revision, types };
}

function overtakenBy({ id, version }: WorkflowRow, replaces: number): PlatformError {
  return new PlatformError(
    "version-conflict",
    `\`${id}\` was published anew since version ${replaces}: it is version ${version} now. \`GET /api/v1/workflows/${id}/versions/diff?from=published&to=draft\` shows how they differ; publish with {"replaces": ${version}} when this is to replace it.`,
    undefined,
    undefined,
    { version },
  );
}
