/**
 * Templates of workflows, as the REST interface shows them.
 * @module
 */
import { z } from "zod";

const triggerKind = z.enum(["manual", "api", "webhook", "event", "schedule"]);

export const templateView = z.object({
  id: z.string().describe("Kebab-case; also the id of a workflow made of it, unless it is named otherwise"),
  name: z.string(),
  description: z.string(),
  category: z.string().describe("Such as `ticket_automation`"),
  trigger_type: triggerKind.describe("Of its first trigger"),
  trigger_types: z.array(triggerKind),
  step_count: z.number().int().describe("Actions, steps, waits, conditions and loops"),
});
export type TemplateView = z.infer<typeof templateView>;

export const templateDetail = templateView.extend({
  about: z.string().describe("What it does, in full"),
  variables: z.array(z.object({ name: z.string(), description: z.string(), default: z.string().nullable(), required: z.boolean().describe("It does not work without") })).describe("Variables that it reads"),
  needs: z.array(z.string()).describe("What has to be there besides"),
  file: z.string().describe("Where it stands in the repository"),
  source: z.string().describe("TypeScript"),
});
export type TemplateDetail = z.infer<typeof templateDetail>;
