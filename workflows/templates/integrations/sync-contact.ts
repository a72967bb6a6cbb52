import { actions, crm, NonRetryableError, on, workflow } from "everstep";
import { z } from "zod";

/**
 * Writes a contact to another system: the customer there, then its subscription, then the id
 * here. When a later step fails for good, what was made there is taken back (a saga).
 *
 * @variable SYNC_URL Address of the other system's API, such as `https://api.example.com/v1`
 * @variable [SYNC_LIST=customers] List that contacts are put on
 * @needs The secret `SYNC_TOKEN`, a bearer token, for that host
 */
export default workflow(
  {
    id: "sync-contact",
    title: "Sync a contact to an external API",
    description: "Write a contact to another system with retries, and take it back when a later step fails",
    input: z.object({ id: z.string() }),
    on: [on.api(), on.event("contact.created")],
    retries: { limit: 6, delay: "10 seconds", backoff: "exponential", jitter: 0.2 },
  },
  async ({ input, vars, secrets, step }) => {
    if (typeof vars["SYNC_URL"] !== "string") throw new NonRetryableError("The variable SYNC_URL is not set.");
    const base = vars["SYNC_URL"];
    const headers = { authorization: `Bearer ${secrets["SYNC_TOKEN"]}` };
    const { id, name, email, phone } = await crm.contacts.get(input.id);

    const customer = await step.do(
      "make the customer",
      { timeout: "1 minute" },
      async () => {
        const { json } = await actions.httpRequest({ url: `${base}/customers/${encodeURIComponent(id)}`, method: "PUT", headers, json: { name, email, phone } });
        return z.looseObject({ id: z.string() }).parse(json);
      },
      async () => {
        await actions.httpRequest({ url: `${base}/customers/${encodeURIComponent(id)}`, method: "DELETE", headers, fail_on_status: false });
      },
    );
    await step.do("put it on the list", { timeout: "1 minute" }, async () => {
      await actions.httpRequest({ url: `${base}/lists/${String(vars["SYNC_LIST"] ?? "customers")}/members`, method: "POST", headers, json: { customer: customer.id } });
    });
    await crm.contacts.update(id, { external_id: customer.id });
    return { external_id: customer.id };
  },
);
