import { ActionRefusedError, actions, crm, durationMs, on, workflow } from "everstep";
import { z } from "zod";

const stages = { running: "Running", asked: "In approval", offered: "Offer sent", ended: "Not renewed" } as const;

/**
 * Finds contracts that end within 30 days, and begins the renewal of each.
 *
 * Contracts are deals of the pipeline `Renewals` (variable RENEWALS) in the stage `Running`;
 * `expected_close` is when they end. They leave that stage here, so that none is begun twice.
 */
export const contractRenewals = workflow(
  {
    id: "contract-renewals",
    title: "Find contracts to renew",
    on: [on.schedule("0 9 * * *", { timezone: "America/Sao_Paulo", overlap: "skip" }), on.manual(), on.api()],
  },
  async ({ vars, step }) => {
    const [pipeline] = await crm.pipelines.find({ filter: { name: String(vars["RENEWALS"] ?? "Renewals") }, limit: 1 });
    if (!pipeline) return { due: 0, begun: [] };
    const all = await crm.stages.find({ filter: { pipeline_id: pipeline.id } });
    const running = all.find(({ name }) => name === stages.running);
    const asked = all.find(({ name }) => name === stages.asked);
    if (!running || !asked) throw new Error(`The pipeline ${pipeline.name} needs the stages ${Object.values(stages).join(", ")}.`);

    const due = await crm.deals.find({ filter: { stage_id: running.id, expected_close: { $lte: "@today+30d" } }, sort: "expected_close", limit: 200 });
    const begun: string[] = [];
    for (const { id, version } of due) {
      const mine = await step.do("begin", async () => {
        try {
          await crm.deals.update(id, { stage_id: asked.id }, { version });
        } catch (error) {
          // Somebody has changed it since: the next run looks again.
          if (error instanceof ActionRefusedError && error.code === "version-conflict") return false;
          throw error;
        }
        await actions.publishEvent({ type: "renewal.due", data: { deal_id: id }, record: { type: "deal", id } });
        return true;
      });
      if (mine) begun.push(id);
    }
    return { due: due.length, begun };
  },
);

const form = z.object({ discount: z.number().min(0).max(30).meta({ title: "Discount, percent" }), years: z.number().int().min(1).max(5).default(1) });

/**
 * Has a manager approve the terms; then the customer gets the offer, and the deal's owner a task.
 * Variable RENEWAL_TIMEOUT (`5 days`): after it the renewal counts as rejected.
 */
export const contractRenewal = workflow(
  { id: "contract-renewal", title: "Contract renewal approval", input: z.object({ deal_id: z.string() }), on: [on.event("renewal.due")] },
  async ({ input, vars, step }) => {
    const deal = await crm.deals.get(input.deal_id);
    const about = { type: "deal", id: deal.id };
    const company = deal.company_id === null ? null : await crm.companies.get(deal.company_id);
    const contact = deal.contact_id === null ? null : await crm.contacts.get(deal.contact_id);
    const customer = company?.name ?? contact?.name ?? deal.name;
    const owner = deal.owner_id === null ? {} : { assignee_id: deal.owner_id };
    const money = (minor: number): string => new Intl.NumberFormat("en", { style: "currency", currency: deal.currency }).format(minor / 100);

    const { decision, comment, answers } = await step.approval("terms", {
      title: `Approve contract renewal for ${customer}`,
      description: `Contract value: ${money(deal.value)}/year. It ends on ${deal.expected_close ?? "no day in particular"}.`,
      from: ["manager"],
      form,
      timeout: durationMs(String(vars["RENEWAL_TIMEOUT"] ?? "5 days")),
      onTimeout: "rejected",
      remind: "2 days",
      escalate: { after: "3 days", to: "admin" },
    });

    if (decision !== "approved" || answers === null) {
      await crm.deals.moveStage(deal.id, stages.ended, { lost_reason: `Renewal not approved${comment ? `: ${comment}` : ""}`.slice(0, 200) });
      await actions.createTask({ title: `Tell ${customer} that the contract ends`, type: "call", about, ...owner });
      return { decision, value: null };
    }

    const { discount, years } = answers;
    const value = Math.round((deal.value * (100 - discount)) / 100);
    await crm.deals.update(deal.id, { value });
    await crm.deals.moveStage(deal.id, stages.offered);
    if (contact?.email && !contact.do_not_contact) {
      await actions.sendEmail({ to: contact.email, subject: `Your contract with us: ${deal.name}`, text: `Dear ${contact.name},\n\nyour contract ends on ${deal.expected_close ?? "its last day"}. We offer ${years} more ${years === 1 ? "year" : "years"} at ${money(value)} a year${discount > 0 ? `, ${discount} percent below today's price` : ""}.` });
    }
    await actions.createTask({ title: `Have ${customer} sign the renewal`, type: "call", priority: "high", due_at: new Date(Date.now() + durationMs("3 days")).toISOString(), about, ...owner });
    return { decision, value };
  },
);
