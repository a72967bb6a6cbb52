import { crm, workflow } from "everstep";

export const scan = workflow({ id: "scan" }, async ({ step }) => {
  let found: string | null = null;
  outer: for (const source of ["website", "phone", "ads"]) {
    let cursor: string | null = null;
    pages: while (true) {
      const page = await crm.leads.page({ filter: { source }, cursor, limit: 200 });
      for (const lead of page.data) {
        if (lead.score === 100) {
          found = lead.id;
          break outer;
        }
        if (lead.status === "lost") continue pages;
      }
      if (page.next_cursor === null) continue outer;
      cursor = page.next_cursor;
    }
  }
  block: {
    if (found === null) break block;
    await step.do("report", async () => found);
  }
  return found;
});
