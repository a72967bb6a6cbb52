import { actions, crm, durationMs, on, workflow } from "everstep";

const letters = [
  { subject: "Good to have you, {name}", text: "thank you for your interest. Answer this mail with whatever you would like to know.", pause: "2 days" },
  { subject: "{name}, three ways to begin", text: "most begin with a short call. When does it suit you?", pause: "5 days" },
  { subject: "Shall we leave it at that, {name}?", text: "we do not want to bother you. If you are interested later: an answer is enough.", pause: "7 days" },
] as const;

/**
 * Writes to a new lead of the website three times over two weeks, until it answers or somebody
 * works on it. Then, or at the end, its owner gets a task.
 *
 * An answer is a later `last_reply_at` of the lead.
 *
 * @variable [WELCOME_SENDER=the team] Who signs the letters
 * @needs Addresses of leads; whatever receives answers sets `last_reply_at`
 */
export default workflow(
  {
    id: "lead-welcome-sequence",
    title: "Welcome sequence for leads",
    description: "Write to new leads of the website three times over two weeks, until they answer",
    on: [on.event("lead.created", { filter: { source: "website", status: "new", email: { $exists: true } } })],
  },
  async ({ input, vars, step }) => {
    let lead = await crm.leads.get(input.id);
    let written = 0;
    for (const { subject, text, pause } of letters) {
      const { email, name } = lead;
      if (email === null || lead.last_reply_at !== null || !["new", "contacted"].includes(lead.status)) break;
      await step.do("write", async () => {
        await actions.sendEmail({ to: email, subject: subject.replace("{name}", name), text: `Dear ${name},\n\n${text}\n\n${String(vars["WELCOME_SENDER"] ?? "the team")}` });
        await crm.leads.update(input.id, { status: "contacted" });
      });
      written++;
      await step.sleep("give time to answer", durationMs(pause));
      lead = await crm.leads.get(input.id);
    }

    const answered = lead.last_reply_at !== null;
    await actions.createTask({
      title: answered ? `${lead.name} has answered: call` : `Decide about ${lead.name}: no answer to ${written} letters`,
      type: answered ? "call" : "task",
      priority: answered ? "high" : "low",
      about: { type: "lead", id: lead.id },
      ...(lead.owner_id === null ? {} : { assignee_id: lead.owner_id }),
    });
    return { written, answered };
  },
);
