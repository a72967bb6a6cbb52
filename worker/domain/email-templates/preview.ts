import { z } from "zod";
import type { TenantContext } from "../context.ts";
import { renderTemplate } from "./render.ts";
import { findTemplate } from "./view.ts";

export const previewBody = z.strictObject({ variables: z.record(z.string().max(200), z.json()).default({}) });
export const previewView = z.object({ subject: z.string(), text: z.string(), html: z.string().nullable() });

/** As it would be sent. @throws PlatformError `not-found`; `bad-request` with every variable that is missing */
export async function previewTemplate({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof previewBody> & { id: string } }): Promise<z.infer<typeof previewView>> {
  return renderTemplate(await findTemplate(ctx, input.id), input.variables);
}
