import { WorkflowEntrypoint as Base } from "cloudflare:workers";
import type { WorkflowEvent, WorkflowStep } from "cloudflare:workers";

export default class ExpenseApproval extends Base<Env, { id: string; amount: number }> {
  static id = "expense-approval";

  public async run({ payload, timestamp }: WorkflowEvent<{ id: string; amount: number }>, step: WorkflowStep) {
    const { id, amount } = payload;
    await step.do("record", () => this.env.DB.prepare("INSERT INTO expenses VALUES (?1, ?2, 'pending', ?3)").bind(id, amount, +timestamp).run());
    const approvers = amount > 10_000 ? ["cfo", "ceo"] : amount > 1000 ? ["cfo"] : [];
    const decisions: boolean[] = [];
    for (const approver of approvers) {
      await step.do(`ask ${approver}`, async () => notify(approver, id));
      const answer = await step.waitForEvent<{ ok: boolean }>(`answer of ${approver}`, { type: `expense-${approver}`, timeout: "7 days" });
      decisions.push(answer.payload.ok);
      if (!answer.payload.ok) break;
    }
    const approved = decisions.every(Boolean);
    return step.do("settle", async () => {
      await this.env.DB.prepare("UPDATE expenses SET state = ?2 WHERE id = ?1").bind(id, approved ? "approved" : "rejected").run();
      return { approved };
    });
  }
}

async function notify(who: string, id: string) {
  await fetch(`https://chat.example.com/${who}`, { method: "POST", body: id });
}
