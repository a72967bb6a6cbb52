import type { RecordRow } from "../../../db/schema/record-tables.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { findRecord } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { carryOut, type Plan, planRecords } from "../records/plan.ts";
import { show, type Shown } from "../records/show.ts";

const { ticket } = entities;

/** Notes that the customer was answered; who was answered before has been answered. @throws PlatformError `not-found`, `forbidden` */
export async function planRespond(ctx: RecordContext, { id }: { id: string }): Promise<Plan<RecordRow>> {
  const before = await findRecord(ctx, ticket, id, { verb: "write" });
  if (before["first_responded_at"] !== null) return { statements: [], condition: null, result: before };
  const { result, ...plan } = await planRecords(ctx, ticket, [{ before, given: {}, also: { first_responded_at: ctx.now }, action: "ticket.respond" }]);
  return { ...plan, result: result[0] ?? before };
}

export async function respondToTicket({ ctx, input }: { ctx: RecordContext; input: { id: string } }): Promise<Shown> {
  return show(ctx, ticket, await carryOut(ctx, () => planRespond(ctx, input)));
}
