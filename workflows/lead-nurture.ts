import { actions, crm, durationMs, on, WaitTimeoutError, workflow } from "everstep";

/** What the lead is written, one after another, while no answer comes. */
const letters = [
  { subject: "Welcome, {name}", text: "thank you for your interest. What would you like to know first?" },
  { subject: "{name}, how others do it", text: "here is how three companies like {company} work with us. Shall we talk?" },
  { subject: "{name}, the last from us", text: "this is our last message for now. Answer whenever it suits you." },
] as const;
const worthACall = 50;

/**
 * Writes to a new lead up to three times, three days apart, until an answer comes or somebody
 * takes over. Without any answer a lead of high score is qualified for a call, others are lost.
 *
 * An answer is `last_reply_at` of the lead. Variable NURTURE_DELAY: `3 days` unless set.
 */
export default workflow(
  {
    id: "lead-nurture",
    title: "Nurture new leads",
    on: [on.event("lead.created", { filter: { status: "new", email: { $exists: true }, last_reply_at: { $exists: false } } })],
  },
  async ({ input, vars, step }) => {
    const pause = durationMs(String(vars["NURTURE_DELAY"] ?? "3 days"));
    const about = { type: "lead", id: input.id };
    let lead = await crm.leads.get(input.id);
    let touches = 0;

    for (const { subject, text } of letters) {
      if (lead.last_reply_at !== null || lead.email === null) break;
      if (lead.status !== "new" && lead.status !== "contacted") return { outcome: "taken over", touches };
      const { email, name, company_name } = lead;
      const filled = (words: string): string => words.replaceAll("{name}", name).replaceAll("{company}", company_name ?? "yours");

      // Listening before the letter is out: no answer is too quick.
      const reply = step.waitForEvent("reply", { type: "lead.updated", match: { id: lead.id, last_reply_at: { $exists: true } }, timeout: pause }).catch((error: unknown) => {
        if (error instanceof WaitTimeoutError) return null;
        throw error;
      });
      await step.do("write", async () => {
        await actions.sendEmail({ to: email, subject: filled(subject), text: `Dear ${name},\n\n${filled(text)}` });
        await actions.logActivity({ about, type: "email", subject: filled(subject) });
        if (touches === 0) await crm.leads.update(about.id, { status: "contacted" });
      });
      touches++;
      await reply;
      lead = await crm.leads.get(input.id);
    }

    if (lead.status !== "new" && lead.status !== "contacted") return { outcome: "taken over", touches };
    if (lead.last_reply_at !== null || lead.score >= worthACall) {
      const replied = lead.last_reply_at !== null;
      await crm.leads.update(lead.id, { status: "qualified", ...(replied ? { score: Math.min(lead.score + 20, 1000) } : {}) });
      await actions.createTask({ title: `Call ${lead.name}`, type: "call", priority: replied ? "high" : "normal", about, ...(lead.owner_id === null ? {} : { assignee_id: lead.owner_id }) });
      return { outcome: replied ? "replied" : "worth a call", touches };
    }
    await crm.leads.update(lead.id, { status: "lost", lost_reason: `No answer to ${touches} messages` });
    return { outcome: "lost", touches };
  },
);
