import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { z } from "zod";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { readDraft, readPublished } from "../drafts/published.ts";
import { findWorkflow } from "../workflows/find.ts";
import { getVersion } from "./get.ts";

const side = z.union([z.enum(["published", "draft"]), z.string().regex(/^[1-9]\d{0,9}$/)], "must be a version, `draft` or `published`");
export const diffQuery = z.object({ from: side, to: side });

export const diffView = z.object({
  from: z.string(),
  to: z.string(),
  same: z.boolean(),
  diff: z.string().describe("Unified, with three lines around; empty when they are the same"),
});
export type DiffView = z.infer<typeof diffView>;

/** Lines that may differ: beyond that working it out takes too long, and nobody reads it. */
const mostEdits = 5_000;

/**
 * How the source of one version differs from that of another.
 * @throws PlatformError `not-found`; `conflict` for what has no source; `too-large`
 */
export async function diffVersions({ ctx, input }: { ctx: TenantContext; input: z.output<typeof diffQuery> & { id: string } }): Promise<DiffView> {
  const [from, to] = await Promise.all([sideOf(ctx, input.id, input.from), sideOf(ctx, input.id, input.to)]);
  if (from.source === to.source) return { from: input.from, to: input.to, same: true, diff: "" };
  const diff = createTwoFilesPatch(from.file, to.file, from.source, to.source, input.from, input.to, { context: 3, headerOptions: FILE_HEADERS_ONLY, maxEditLength: mostEdits });
  if (diff === undefined) throw new PlatformError("too-large", `They differ in more than ${mostEdits.toLocaleString("en")} lines: read both, with \`GET /api/v1/workflows/${input.id}/versions/{version}\`.`);
  return { from: input.from, to: input.to, same: false, diff };
}

async function sideOf(ctx: TenantContext, id: string, side: string): Promise<{ file: string; source: string }> {
  if (side === "draft" || side === "published") {
    const workflow = await findWorkflow(ctx, id);
    const [published, draft] = await Promise.all([readPublished(ctx, workflow), side === "draft" ? readDraft(ctx, id) : null]);
    return withSource(draft?.file ?? published.file, draft?.source ?? published.source, side);
  }
  const { file, source } = await getVersion({ ctx, input: { id, version: Number(side) } });
  return withSource(file, source, `version ${side}`);
}

function withSource(file: string | null, source: string | null, what: string): { file: string; source: string } {
  if (source === null || file === null) throw new PlatformError("conflict", `${what} was deployed without its source: there is nothing to compare.`);
  return { file, source };
}
