import { actions, crm, on, workflow } from "everstep";

/**
 * Every month looks whether contacts that are new have the address of another, and gives a
 * manager a task with all that were found. Nothing is merged without somebody looking at it.
 *
 * @variable [DUPLICATES_DAYS=31] How far back new contacts are looked at
 * @needs -
 */
export default workflow(
  {
    id: "duplicate-report",
    title: "Duplicate clean-up report",
    description: "List new contacts that share an address with another, as a task",
    on: [on.schedule("0 6 1 * *", { overlap: "skip" }), on.manual()],
  },
  async ({ vars, step }) => {
    const days = Number(vars["DUPLICATES_DAYS"] ?? 31);
    const found = new Set<string>();
    let cursor: string | null = null;
    do {
      const { data, next_cursor }: Awaited<ReturnType<typeof crm.contacts.page>> = await crm.contacts.page({ filter: { created_at: { $gte: `@now-${days}d` }, email: { $exists: true } }, limit: 100, cursor });
      const twice = await step.do("compare a page", async () => {
        const emails = new Set(data.flatMap(({ email }) => email ?? []));
        const shared: string[] = [];
        for (const email of emails) if ((await crm.contacts.count({ filter: { email } })) > 1) shared.push(email);
        return shared;
      });
      for (const email of twice) found.add(email);
      cursor = next_cursor;
    } while (cursor !== null);
    if (found.size === 0) return { found: 0 };

    const [manager] = await actions.findUsers({ role: "manager", limit: 1 });
    await actions.createTask({ title: `Clean up contacts: ${found.size} addresses are there twice`, description: [...found].join("\n"), priority: "low", ...(manager ? { assignee_id: manager.id } : {}) });
    return { found: found.size };
  },
);
