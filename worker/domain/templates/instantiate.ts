import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { workflows } from "../../../db/schema/workflows.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { createFromSource } from "../drafts/create-from-source.ts";
import { isReservedId } from "../workflows/reserved.ts";
import { findTemplate } from "./catalogue.ts";
import { customize, hooksOf } from "./customize.ts";
import { freeName, idOfName } from "./names.ts";

/** Of a hook's path. */
const longestPath = 64;

export const instantiateBody = z.strictObject({
  name: z.string().trim().min(1).max(200).optional().describe("The template's when left out"),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/, "must be kebab-case, at most 100 characters").optional().describe("Made of the name when left out, with a number where that is taken; one that is given and taken is refused"),
  is_active: z.boolean().default(false).describe("True: whatever starts it starts it at once"),
});

export const instantiatedView = z.object({
  id: z.string(),
  name: z.string(),
  is_active: z.boolean(),
  created_from_template: z.string(),
  created_at: z.string(),
  version: z.number().int(),
  webhook_paths: z.array(z.string()).describe("Of the hooks that start it: `/hooks/{tenant}/{path}`"),
});

/**
 * Makes a workflow of a template, and publishes it: from then on it is the tenant's own.
 * @throws PlatformError `not-found`, `conflict` for an id that is taken, `plan-limit`
 */
export async function instantiateTemplate({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof instantiateBody> & { template_id: string } }): Promise<z.infer<typeof instantiatedView>> {
  const template = findTemplate(input.template_id);
  const title = input.name ?? template.name;
  const id = input.id ?? idOfName(input.name ?? template.id, template.id);
  if (input.id !== undefined) await mustBeFree(ctx, input.id);

  const taken = hooksOf(template.source).length === 0 ? new Set<string>() : await takenPaths(ctx);
  const source = customize(template.source, { id, title, path: (path) => freeName(path, taken, longestPath) });
  const made = await createFromSource({ ctx, input: { source, is_active: input.is_active, origin: "template", template: template.id, category: template.category } });
  return { id: made.id, name: made.name, is_active: made.is_active, created_from_template: template.id, created_at: made.created_at, version: made.version, webhook_paths: hooksOf(source) };
}

async function mustBeFree(ctx: TenantContext, id: string): Promise<void> {
  const detail = isReservedId(id) ? `\`${id}\` means something else at /workflows/${id}` : (await ctx.db.first(workflows, eq(workflows.id, id))) ? `there is a workflow \`${id}\` already` : null;
  if (detail !== null) throw new PlatformError("conflict", `/id: ${detail}. Give it another id, or none.`, [{ pointer: "/id", detail }]);
}

/** Paths that workflows of the tenant listen to, switched on or not. */
async function takenPaths({ db }: TenantContext): Promise<Set<string>> {
  const rows = await db.select(workflows, { where: sql`exists (select 1 from json_each(${workflows.manifest}, '$.on') as one where one.value ->> 'kind' = 'webhook')` });
  return new Set(rows.flatMap(({ manifest }) => manifest.on.flatMap((trigger) => (trigger.kind === "webhook" ? [trigger.path] : []))));
}
