import { on, workflow } from "everstep";

/** Says that something happened. */
export const tells = workflow({ id: "tells" }, async ({ step }) => step.sendEvent("say", { type: "contract.signed", data: { amount: 5 } }));

export const takesEspocrm = workflow({ id: "takes-espocrm", on: [on.webhook({ path: "crm", scheme: "espocrm" })] }, async ({ input }) => (input as unknown[]).length);

export const takesMeta = workflow({ id: "takes-meta", on: [on.webhook({ path: "whatsapp", scheme: "meta", events: ["messages"] })] }, async () => "taken");
