/**
 * Changing a workflow's code by an operation on its graph: the one way of all that edits steps
 * over REST. What is changed is published at once, or goes into the draft.
 * @module
 */
import { z } from "zod";
import type { WorkflowRow } from "../../../db/credentials.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { publishSource } from "../drafts/publish.ts";
import { defaultFile, type DraftRow, readDraft, readPublished } from "../drafts/published.ts";
import { saveDraft } from "../drafts/save.ts";
import { revisionConflict } from "../drafts/view.ts";
import { namesFor } from "../approvals/names.ts";
import { findWorkflow } from "../workflows/find.ts";
import { type Opened, openSource } from "./open-source.ts";

export const editOptions = {
  draft: z.boolean().default(false).describe("True: the change goes into the draft, and nothing runs differently by it; published at once when left out"),
  message: z.string().max(500).optional().describe("What the version is about"),
};

export interface EditInput {
  id: string;
  draft: boolean;
  message?: string | undefined;
  /** The revision that was seen; null: whatever it is. */
  revision: number | null;
}

export interface Edited {
  /** As it is now. */
  workflow: WorkflowRow;
  /** What it was changed into. */
  opened: Opened;
}

/**
 * @param change gives the new source; the same one means that nothing is to be done
 * @throws PlatformError `not-found`; `version-conflict`; `conflict` for a workflow without its source, or with a draft that would be passed over; all of publishing
 */
export async function editSource(ctx: TenantContext, input: EditInput, change: (opened: Opened, workflow: WorkflowRow) => string): Promise<Edited> {
  const workflow = await findWorkflow(ctx, input.id);
  const { id, revision } = workflow;
  const [published, draft] = await Promise.all([readPublished(ctx, workflow), readDraft(ctx, id)]);
  if (input.revision !== null && input.revision !== revision) throw revisionConflict(input.revision, workflow, { current: draft?.source ?? published.source });
  if (draft && !input.draft) throw await draftInTheWay(ctx, workflow, draft);
  const source = draft?.source ?? published.source;
  if (source === null) throw new PlatformError("conflict", `\`${id}\` was deployed without its source, so there is nothing to change. Deploy it with its sources, or save one with \`PUT /api/v1/workflows/${id}/source\`.`);
  const file = draft?.file ?? published.file ?? defaultFile(id);
  const opened = openSource({ id, source, file, files: published.files });
  const next = change(opened, workflow);
  if (next === source) return { workflow, opened };

  if (input.draft) await saveDraft({ ctx, input: { id, source: next, version: revision } });
  else await publishSource(ctx, { workflow, published, file, source: next, draft: null, origin: "steps", message: input.message, switchOn: false });
  return { workflow: await findWorkflow({ ...ctx, workflow: null }, id), opened: openSource({ id, source: next, file, files: published.files }) };
}

async function draftInTheWay(ctx: TenantContext, { id }: WorkflowRow, draft: DraftRow): Promise<PlatformError> {
  const who = draft.updated_by_kind === "api_key" ? `key:${draft.updated_by_id}` : draft.updated_by_id;
  const name = (await namesFor(ctx, [who]))(who);
  return new PlatformError("conflict", `\`${id}\` has changes that are not published, saved by ${name} at ${new Date(draft.updated_at).toISOString()}. Publish them (\`POST /api/v1/workflows/${id}/publish\`), give them up (\`DELETE /api/v1/workflows/${id}/draft\`), or send this with {"draft": true}: then it goes into the draft too.`);
}
