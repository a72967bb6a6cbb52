/**
 * The templates that this release brings (workflows/templates), as tools/templates.mjs has read
 * them. They are the same for all tenants, and change only with a release.
 * @module
 */
import { z } from "zod";
import text from "../../../.build/templates.txt";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { type TemplateDetail, templateDetail } from "../../../sdk/schema/template.ts";

let catalogue: readonly TemplateDetail[] | undefined;

/** By id. */
export const allTemplates = (): readonly TemplateDetail[] => (catalogue ??= z.array(templateDetail).parse(JSON.parse(text)));

/** @throws PlatformError `not-found` */
export function findTemplate(id: string): TemplateDetail {
  const found = allTemplates().find((one) => one.id === id);
  if (!found) throw new PlatformError("not-found", `There is no template \`${id}\`. \`GET /api/v1/workflows/templates\` lists them.`);
  return found;
}
