import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { emailTemplates } from "../../../db/schema/email-templates.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { body, subject } from "../emails/new-email.ts";
import { parsed, type TemplateRow } from "./render.ts";
import { isTaken, nameTaken, type templateView, viewTemplate } from "./view.ts";

export const fields = {
  name: z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u, "letters, digits, blanks and . _ -, at most 100"),
  description: z.string().max(500).nullable(),
  subject: subject.min(1),
  text: body.nullable(),
  html: body.nullable(),
};

export const hasBody = ({ text, html }: { text: string | null; html: string | null }): boolean => text !== null || html !== null;
export const bodyMissing = "a template has a text, or HTML";

export const templateBody = z.strictObject({ ...fields, description: fields.description.default(null), text: fields.text.default(null), html: fields.html.default(null) }).refine(hasBody, { path: ["text"], message: bodyMissing });

/** @throws PlatformError `bad-request` for what is no template, `conflict` when the name is taken */
export async function createTemplate({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof templateBody> }): Promise<z.infer<typeof templateView>> {
  const { db, now, tenant } = ctx;
  parsed(input);
  const row: TemplateRow = { id: newId(now), tenant_id: tenant, ...input, created_at: now, updated_at: now };
  try {
    await db.batch([db.insert(emailTemplates, row), audited(ctx, { action: "email_template.create", entityId: row.id, after: input })]);
  } catch (error) {
    if (isTaken(error)) throw nameTaken(row.name);
    throw error;
  }
  return viewTemplate(row);
}
