import { workflow, actions, crm, NonRetryableError } from "everstep";
import { z } from "zod";

const input = z.object({ goal: z.string(), maxTurns: z.number().int().default(12) });
type Message = { role: "user" | "assistant" | "tool"; content: string; calls?: { id: string; name: string; args: Record<string, unknown> }[] };

/** A model that works with tools until it says that it is done. */
export const agent = workflow({ id: "agent", title: "Agent with tools", input }, async ({ input, step, secrets }) => {
  const messages: Message[] = [{ role: "user", content: input.goal }];

  for (let turn = 1; turn <= input.maxTurns; turn++) {
    const reply = await step.do(`think ${turn}`, { retries: { limit: 4, delay: "2 seconds" }, timeout: "2 minutes" }, async ({ signal }) => {
      const response = await fetch("https://llm.example.com/v1/chat", { method: "POST", signal, headers: { authorization: `Bearer ${secrets.LLM_KEY}` }, body: JSON.stringify({ messages }) });
      if (response.status === 400) throw new NonRetryableError(await response.text());
      return (await response.json()) as Message;
    });
    messages.push(reply);
    if (!reply.calls?.length) return { answer: reply.content, turns: turn };

    // Tools one after another: they may depend on each other.
    for (const call of reply.calls) {
      let content: unknown;
      switch (call.name) {
        case "search_leads":
          content = await crm.leads.find({ q: String(call.args["query"]), limit: 5 });
          break;
        case "send_email": {
          const { decision } = await step.approval(`send ${call.id}`, { title: "May the agent send this mail?", description: String(call.args["text"]), timeout: "1 day", onTimeout: "rejected" });
          if (decision === "approved") {
            await actions.sendEmail({ to: String(call.args["to"]), subject: String(call.args["subject"]), text: String(call.args["text"]) });
            content = "sent";
          } else content = "a person said no";
          break;
        }
        case "wait":
          await step.sleep(`wait ${call.id}`, Number(call.args["seconds"]) * 1000);
          content = "waited";
          break;
        default:
          content = `there is no tool ${call.name}`;
      }
      messages.push({ role: "tool", content: JSON.stringify(content) });
    }
  }
  throw new Error("it did not come to an end");
});
