import { eq } from "drizzle-orm";
import { emailTemplates } from "../../../db/schema/email-templates.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { findTemplate } from "./view.ts";

/** @throws PlatformError `not-found` */
export async function deleteTemplate({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<void> {
  const before = await findTemplate(ctx, input.id);
  await ctx.db.batch([ctx.db.delete(emailTemplates, eq(emailTemplates.id, before.id)), audited(ctx, { action: "email_template.delete", entityId: before.id, before })]);
}
