import { actions, crm, on, workflow } from "everstep";

/**
 * Posts every deal that is won to a channel of the company's chat, by an incoming webhook as
 * Slack, Mattermost and Rocket.Chat have them. The chat being down stops nothing else: managers
 * are notified instead.
 *
 * @variable [CHAT_URL=https://hooks.slack.com/services/] Address of the incoming webhook, up to its secret part
 * @needs The secret `CHAT_HOOK`, the rest of that address, for its host
 */
export default workflow(
  {
    id: "chat-notification",
    title: "Post won deals to the chat",
    description: "Tell a channel of the company's chat about every deal that is won",
    on: [on.event("deal.won")],
    retries: { limit: 4, delay: "30 seconds", backoff: "exponential" },
  },
  async ({ input: { deal }, vars, secrets }) => {
    const company = deal.company_id === null ? null : await crm.companies.get(deal.company_id);
    const amount = new Intl.NumberFormat("en", { style: "currency", currency: deal.currency }).format(deal.value / 100);
    const text = `Won: ${deal.name}${company ? ` of ${company.name}` : ""}, ${amount}`;
    try {
      await actions.httpRequest({ url: `${String(vars["CHAT_URL"] ?? "https://hooks.slack.com/services/")}${secrets["CHAT_HOOK"]}`, method: "POST", json: { text } });
      return { posted: true };
    } catch {
      await actions.notify({ to: { role: "manager" }, title: text, body: "The chat could not be reached.", link: `/deals/${deal.id}`, record: { type: "deal", id: deal.id } });
      return { posted: false };
    }
  },
);
