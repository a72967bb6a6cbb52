import { eq } from "drizzle-orm";
import { z } from "zod";
import { emailTemplates } from "../../../db/schema/email-templates.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { bodyMissing, fields, hasBody } from "./create.ts";
import { parsed, type TemplateRow } from "./render.ts";
import { findTemplate, isTaken, nameTaken, type templateView, viewTemplate } from "./view.ts";

export const templateChange = z
  .strictObject(fields)
  .partial()
  .refine((change) => Object.keys(change).length > 0, "nothing is to be changed");

/** Mails that are queued keep what they were made of. @throws PlatformError `not-found`, `bad-request`, `conflict` */
export async function updateTemplate({ ctx, input: { id, ...given } }: { ctx: TenantContext; input: z.infer<typeof templateChange> & { id: string } }): Promise<z.infer<typeof templateView>> {
  const { db, now } = ctx;
  const before = await findTemplate(ctx, id);
  const change = { ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), updated_at: now };
  const after: TemplateRow = { ...before, ...change };
  if (!hasBody(after)) throw new PlatformError("bad-request", `/text: ${bodyMissing}`, [{ pointer: "/text", detail: bodyMissing }]);
  parsed(after);
  try {
    await db.batch([db.update(emailTemplates, change, eq(emailTemplates.id, id)), audited(ctx, { action: "email_template.update", entityId: id, before, after })]);
  } catch (error) {
    if (isTaken(error)) throw nameTaken(after.name);
    throw error;
  }
  return viewTemplate(after);
}
