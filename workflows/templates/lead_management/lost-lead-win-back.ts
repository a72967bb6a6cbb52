import { actions, crm, durationMs, on, WaitTimeoutError, workflow } from "everstep";

/**
 * Three months after a lead was lost it is written to once more, and never again: it gets a tag.
 * Whoever answers is followed up again, with a task for its owner.
 *
 * @variable [WIN_BACK_AFTER=90 days] Between losing it and writing
 * @variable [WIN_BACK_WAIT=14 days] How long an answer is waited for
 * @variable [WIN_BACK_TAG=win-back] Tag of leads that were written to
 * @needs Whatever receives answers sets `last_reply_at` of the lead
 */
export default workflow(
  {
    id: "lost-lead-win-back",
    title: "Win back lost leads",
    description: "Write to lost leads once more after three months",
    on: [on.event("lead.updated", { filter: { status: "lost", email: { $exists: true } } })],
    // Whatever else changes of it meanwhile.
    flow: { singleton: { key: "id", mode: "skip" } },
  },
  async ({ input: { id, tags }, vars, step }) => {
    const mark = String(vars["WIN_BACK_TAG"] ?? "win-back");
    const [tag] = await crm.tags.find({ filter: { name: mark }, limit: 1 });
    if (tag && tags.includes(tag.id)) return { outcome: "written to before" };
    await step.sleep("let time pass", durationMs(String(vars["WIN_BACK_AFTER"] ?? "90 days")));
    const { name, email, status, owner_id, last_reply_at } = await crm.leads.get(id);
    if (status !== "lost" || email === null) return { outcome: "not lost any more" };

    const about = { type: "lead", id };
    const later = last_reply_at === null ? { $exists: true } : { $gt: last_reply_at };
    try {
      await Promise.all([
        step.waitForEvent("reply", { type: "lead.updated", match: { id, last_reply_at: later }, timeout: durationMs(String(vars["WIN_BACK_WAIT"] ?? "14 days")) }),
        step.do("write", async () => {
          await actions.sendEmail({ to: email, subject: `${name}, has anything changed?`, text: `Dear ${name},\n\nlast time it was not the moment. Is it now?` });
          await crm.leads.addTag(id, mark, { create: true });
        }),
      ]);
    } catch (error) {
      if (error instanceof WaitTimeoutError) return { outcome: "no answer" };
      throw error;
    }
    await crm.leads.update(id, { status: "contacted", lost_reason: null });
    await actions.createTask({ title: `Call ${name}: back after a while`, type: "call", priority: "high", about, ...(owner_id === null ? {} : { assignee_id: owner_id }) });
    return { outcome: "won back" };
  },
);
