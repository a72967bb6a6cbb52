import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";

interface Invoice { id: string; total: number; currency: "EUR" | "USD" }
interface StripeWebhook { paid: boolean; invoice: string }

export class BillingWorkflow extends WorkflowEntrypoint<Env, Invoice> {
  override async run(event: Readonly<WorkflowEvent<Invoice>>, step: WorkflowStep): Promise<"paid" | "dunning" | "written off"> {
    await step.do("send invoice", async () => this.#mail("invoice", event.payload));
    let stripeEvent = await step.waitForEvent<StripeWebhook>("receive invoice paid webhook from Stripe", { type: "stripe-webhook", timeout: "1 hour" });
    if (stripeEvent.payload.paid) return "paid";

    for (const [index, wait] of (["3 days", "7 days", "14 days"] as const).entries()) {
      await this.#remind(step, index, event.payload);
      try {
        stripeEvent = await step.waitForEvent<StripeWebhook>(`paid after reminder ${index + 1}`, { type: "stripe-webhook", timeout: wait });
      } catch {
        continue;
      }
      if (stripeEvent.payload.paid) return "paid";
    }
    await step.do("write off", async () => { await this.env.DB.prepare("update invoices set state = 'lost' where id = ?").bind(event.payload.id).run(); });
    return "written off";
  }

  async #remind(step: WorkflowStep, index: number, invoice: Invoice): Promise<void> {
    await step.do(`reminder ${index + 1}`, { retries: { limit: 3, delay: "1 minute" } }, async () => this.#mail(`reminder-${index}`, invoice));
  }

  async #mail(template: string, invoice: Invoice) {
    const response = await fetch("https://mail.example.com/send", { method: "POST", body: JSON.stringify({ template, invoice }) });
    if (!response.ok) throw new Error(`mail: ${response.status}`);
  }
}
