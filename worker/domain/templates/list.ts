import { z } from "zod";
import { templateView } from "../../../sdk/schema/template.ts";
import { allTemplates } from "./catalogue.ts";

export const templatesQuery = z.object({
  category: z.string().max(100).optional().describe("Such as `ticket_automation`"),
  q: z.string().trim().max(200).optional().describe("Words in name, description or id"),
});

export const templateList = z.object({
  data: z.array(templateView),
  templates: z.array(templateView).describe("The same as `data`"),
  categories: z.array(z.string()).describe("All that there are"),
});

/** All that fit: there are as many as the release has, so there are no pages. */
export function listTemplates({ category, q = "" }: z.infer<typeof templatesQuery>): z.infer<typeof templateList> {
  const all = allTemplates();
  const words = q.toLowerCase().split(/\s+/);
  const fitting = all.filter((one) => {
    const text = `${one.id} ${one.name} ${one.description}`.toLowerCase();
    return (category === undefined || one.category === category) && words.every((word) => text.includes(word));
  });
  // Without their sources.
  const data = fitting.map((one) => templateView.parse(one));
  return { data, templates: data, categories: [...new Set(all.map((one) => one.category))].sort() };
}
