import { crm, workflow } from "everstep";

type State = "new" | "contacted" | "meeting" | "won" | "lost";

export default workflow({ id: "machine" }, async ({ input, step }) => {
  const id = String(input);
  let state: State = "new";
  const transitions: Record<State, () => Promise<State>> = {
    new: async () => {
      await crm.leads.update(id, { status: "contacted" });
      return "contacted";
    },
    contacted: async () => ((await step.waitForEvent("reply", { type: "mail.replied", timeout: "5 days" }).catch(() => null)) ? "meeting" : "lost"),
    async meeting() {
      const { decision } = await step.approval("go", { title: "Did it go well?" });
      return decision === "approved" ? "won" : "lost";
    },
    won: async () => "won",
    lost: async () => "lost",
  };
  while (state !== "won" && state !== "lost") state = await transitions[state]();
  return state;
});
