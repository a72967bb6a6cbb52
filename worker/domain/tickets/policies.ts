/**
 * How soon the tenant wants tickets answered and solved, by priority.
 * @module
 */
import { z } from "zod";
import { ticketSla } from "../../../db/schema/tickets.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import { mustBeAbleTo } from "../../auth/can.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { priorities, type Priority, type SlaPolicy, usualSla } from "./sla.ts";

const minutes = z.number().int().min(1).max(525_600).nullable().describe("Null: whenever");
const policy = z.strictObject({ priority: z.enum(priorities), first_response_minutes: minutes, resolve_minutes: minutes });

export const slaBody = z.strictObject({
  policies: z
    .array(policy)
    .min(1)
    .max(priorities.length)
    .refine((list) => new Set(list.map(({ priority }) => priority)).size === list.length, "each priority once")
    .describe("Those named are set, the others stay"),
});
export const slaView = z.object({ data: z.array(policy.extend({ is_default: z.boolean().describe("Nothing was chosen") })) });

export async function policiesOf(db: TenantDb): Promise<Record<Priority, SlaPolicy>> {
  const chosen = await db.select(ticketSla);
  return { ...usualSla, ...Object.fromEntries(chosen.map(({ priority, first_response_minutes, resolve_minutes }) => [priority, { first_response_minutes, resolve_minutes }])) };
}

/** @throws PlatformError `forbidden` */
export async function getTicketSla({ ctx }: { ctx: TenantContext }): Promise<z.input<typeof slaView>> {
  mustBeAbleTo(ctx.actor, "tickets.read");
  const chosen = new Map((await ctx.db.select(ticketSla)).map((row) => [row.priority, row]));
  return { data: priorities.map((priority) => ({ priority, ...pick(chosen.get(priority) ?? usualSla[priority]), is_default: !chosen.has(priority) })) };
}

/** Of tickets that come from now on, and of those whose priority changes. @throws PlatformError `forbidden` */
export async function setTicketSla({ ctx, input }: { ctx: TenantContext; input: z.output<typeof slaBody> }): Promise<z.input<typeof slaView>> {
  mustBeAbleTo(ctx.actor, "pipelines.write", {});
  const before = await policiesOf(ctx.db);
  const set = input.policies.map((one) => ctx.db.upsert(ticketSla, { ...one, updated_at: ctx.now }, [ticketSla.tenant_id, ticketSla.priority], { ...pick(one), updated_at: ctx.now }));
  const after = { ...before, ...Object.fromEntries(input.policies.map((one) => [one.priority, pick(one)])) };
  await ctx.db.batch([...set, audited(ctx, { action: "ticket_sla.update", entityId: null, before, after })]);
  return getTicketSla({ ctx });
}

const pick = ({ first_response_minutes, resolve_minutes }: SlaPolicy): SlaPolicy => ({ first_response_minutes, resolve_minutes });
