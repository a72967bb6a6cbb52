import { eq } from "drizzle-orm";
import { z } from "zod";
import { emailTemplates } from "../../../db/schema/email-templates.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso, type TenantContext } from "../context.ts";
import { type TemplateRow, variablesOf } from "./render.ts";

export const templateView = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  subject: z.string(),
  text: z.string().nullable().describe("Null: made of the HTML"),
  html: z.string().nullable(),
  variables: z.array(z.object({ path: z.string(), required: z.boolean().describe("There is no fallback for it") })),
  created_at: z.string(),
  updated_at: z.string(),
});

export function viewTemplate(row: TemplateRow): z.infer<typeof templateView> {
  const { id, name, description, subject, text, html, created_at, updated_at } = row;
  return { id, name, description, subject, text, html, variables: variablesOf(row), created_at: iso(created_at), updated_at: iso(updated_at) };
}

/** @throws PlatformError `not-found` */
export async function findTemplate({ db }: Pick<TenantContext, "db">, id: string): Promise<TemplateRow> {
  const row = await db.first(emailTemplates, eq(emailTemplates.id, id));
  if (!row) throw new PlatformError("not-found", `There is no email template ${id}.`);
  return row;
}

export const nameTaken = (name: string): PlatformError => new PlatformError("conflict", `There is an email template ${JSON.stringify(name)} already.`, [{ pointer: "/name", detail: "taken" }]);

export const isTaken = (error: unknown): boolean => String(error instanceof Error ? (error.cause ?? error) : error).includes("UNIQUE");
