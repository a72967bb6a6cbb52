/**
 * Leads: they become contacts by being converted, and by nothing else.
 * @module
 */
import type { JsonObject } from "../../../../db/schema/json.ts";
import { entities } from "../../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../../sdk/schema/problem.ts";
import { plainView } from "../values.ts";
import type { Rule } from "./rule.ts";

export const converting = "lead.convert";

const fault = (detail: string): PlatformError => new PlatformError("bad-request", `/status: ${detail}`, [{ pointer: "/status", detail }]);

export const leadRule: Rule = {
  async before(_ctx, changes) {
    for (const { before, after, action } of changes) {
      const [was, is] = [before?.["status"], after["status"]];
      if (was === is || action === converting) continue;
      if (is === "converted") throw fault("a lead is converted by POST /api/v1/leads/{id}/convert, which makes its contact");
      if (was === "converted") throw fault(`the lead ${after.id} was converted into the contact ${String(after["contact_id"])}, and stays it`);
    }
    const converted = changes.filter(({ action }) => action === converting);
    const events = () =>
      converted.map(({ after }) => ({
        type: "lead.converted",
        data: { lead: plainView(entities.lead, after) as JsonObject, contact_id: after["contact_id"] as string, company_id: (after["company_id"] ?? null) as string | null, deal_id: (after["deal_id"] ?? null) as string | null },
        record: { type: "lead", id: after.id },
      }));
    return { events };
  },
};
