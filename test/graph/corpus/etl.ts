import { crm, workflow } from "everstep";

interface Row { email: string; name: string; company?: string }

export const importRows = workflow({ id: "import-rows", timeout: "2 days" }, async ({ input, step }) => {
  const { url } = input as { url: string };
  const rows = await step.do("extract", async (): Promise<Row[]> => (await (await fetch(url)).text()).trim().split(/\r?\n/).slice(1).map((line) => { const [email = "", name = "", company] = line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/); return { email, name, company }; }));
  const seen = new Set<string>();
  let made = 0, skipped = 0;
  for (const row of rows) {
    if (seen.has(row.email)) { skipped++; continue; }
    seen.add(row.email);
    const [existing] = await crm.contacts.find({ filter: { email: row.email }, limit: 1 });
    if (existing) { await crm.contacts.update(existing.id, { name: row.name }); continue; }
    const company = row.company ? (await crm.companies.find({ filter: { name: row.company }, limit: 1 }))[0] ?? await crm.companies.create({ name: row.company }) : null;
    await crm.contacts.create({ name: row.name, email: row.email, company_id: company?.id ?? null });
    if (++made % 100 == 0) await step.sleep(`breathe at ${made}`, "5 seconds");
  }
  return { made, skipped };
});
