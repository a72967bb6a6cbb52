import { z } from "zod";
import { diagnostic, type Diagnostic } from "../../../sdk/schema/diagnostic.ts";
import type { DeploymentRequest } from "../../../sdk/schema/manifest.ts";
import { compileSources } from "../../compile/index.ts";
import { inSources } from "../../compile/places.ts";
import type { TenantContext } from "../context.ts";
import { checkTenantTypes } from "../../typecheck/tenant-types.ts";
import { manifestFaults } from "../deployments/faults.ts";
import { findWorkflow } from "../workflows/find.ts";
import { holdingFaults } from "./holding.ts";
import { defaultFile, filesWith, readDraft, readPublished } from "./published.ts";
import { asDiagnostic, sourceText } from "./view.ts";

export const validateBody = z.strictObject({ source: sourceText.optional().describe("What is looked at; the draft, or what is published, when left out") });
export const validateNewBody = z.strictObject({ source: sourceText, file: z.string().max(256).regex(/^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[\w@./+-]+\.m?ts$/, "must be a relative path that ends in .ts").default("workflows/new.ts") });

export const typesView = z.union([z.literal("checked"), z.object({ unavailable: z.string().describe("Why types were not checked") })]);
export type TypesView = z.infer<typeof typesView>;

export const validationView = z.object({
  ok: z.boolean().describe("It can be published"),
  diagnostics: z.array(diagnostic),
  types: typesView,
});
export type ValidationView = z.infer<typeof validationView>;

/**
 * Looks at the draft of a workflow, or at a source that would become it.
 * @throws PlatformError `not-found`
 */
export async function validateWorkflow({ ctx, input }: { ctx: TenantContext; input: { id: string; source?: string | undefined } }): Promise<ValidationView> {
  const { id, ...workflow } = await findWorkflow(ctx, input.id);
  const [published, draft] = await Promise.all([readPublished(ctx, { id, ...workflow }), readDraft(ctx, id)]);
  const file = draft?.file ?? published.file ?? defaultFile(id);
  const source = input.source ?? draft?.source ?? published.source ?? "";
  return validate(ctx, { files: filesWith(published, file, source), file, id });
}

/** Looks at the source of a workflow that is not there yet. */
export function validateNew({ ctx, input }: { ctx: TenantContext; input: z.output<typeof validateNewBody> }): Promise<ValidationView> {
  return validate(ctx, { files: { [input.file]: input.source }, file: input.file, id: null });
}

async function validate(ctx: TenantContext, { files, file, id }: { files: Record<string, string>; file: string; id: string | null }): Promise<ValidationView> {
  const compiled = compileSources(files, file);
  if (!compiled.ok) return { ok: false, diagnostics: compiled.problems.map((problem) => asDiagnostic(problem, "source")), types: { unavailable: "It does not compile yet." } };
  const [bundle, types] = await Promise.all([loaded(ctx, compiled.request, file, id), checkTenantTypes(ctx, compiled.request.sources)]);
  const diagnostics = [...bundle, ...(types.available ? types.diagnostics : [])];
  return { ok: diagnostics.every(({ severity }) => severity !== "error"), diagnostics, types: types.available ? "checked" : { unavailable: types.why } };
}

/** What keeps it from being deployed once it compiles. */
async function loaded(ctx: TenantContext, request: DeploymentRequest, file: string, id: string | null): Promise<Diagnostic[]> {
  const prepared = await ctx.sandbox.prepare(ctx.env, ctx.tenant, request, { keep: false });
  const place = inSources(request);
  const tell = (problem: Parameters<typeof place>[0]) => asDiagnostic(place(problem), "bundle");
  if (!prepared.ok) return prepared.problems.map(tell);
  const holding = id === null ? [] : await holdingFaults(ctx, { manifest: prepared.manifest, file, id });
  return [...manifestFaults(prepared.manifest, request, ctx.now), ...holding.map((message) => ({ file, line: 0, column: 0, message }))].map(tell);
}
