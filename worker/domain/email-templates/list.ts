import { and, asc, eq, gt } from "drizzle-orm";
import { z } from "zod";
import { emailTemplates } from "../../../db/schema/email-templates.ts";
import type { TenantContext } from "../context.ts";
import { type Page, pageQuery, readCursor, toPage } from "../page.ts";
import { findTemplate, type templateView, viewTemplate } from "./view.ts";

export const templatesQuery = pageQuery.extend({ name: z.string().max(100).optional() });

/** Oldest first. */
export async function listTemplates({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof templatesQuery> }): Promise<Page<z.infer<typeof templateView>>> {
  const after = readCursor(input.cursor);
  const rows = await ctx.db.select(emailTemplates, {
    where: and(input.name === undefined ? undefined : eq(emailTemplates.name, input.name), after === null ? undefined : gt(emailTemplates.id, after)),
    orderBy: asc(emailTemplates.id),
    limit: input.limit + 1,
  });
  return toPage(rows, input.limit, (row) => row.id, viewTemplate);
}

/** @throws PlatformError `not-found` */
export async function getTemplate({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<z.infer<typeof templateView>> {
  return viewTemplate(await findTemplate(ctx, input.id));
}
