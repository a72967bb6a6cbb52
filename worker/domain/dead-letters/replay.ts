/**
 * Doing again what was given up, and putting it away.
 * @module
 */
import { z } from "zod";
import { deadLetterDiscards, type ReplayItem } from "../../../db/schema/dead-letters.ts";
import { newId } from "../../../db/ids.ts";
import { mustBeAbleTo } from "../../auth/can.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { beginReplay, findReplay, mostItems, type ReplayView, viewReplay } from "./job.ts";
import { type DeadLetterKind, kindName } from "./kinds.ts";
import { deadLetterFilter, kindsFor, merged } from "./list.ts";
import { kinds } from "./registry.ts";
import { replaySoon } from "./run.ts";

export interface DeadLetterName {
  kind: DeadLetterKind;
  id: string;
}

export const replayedView = z.object({ kind: kindName, id: z.string(), execution_ids: z.array(z.string()).describe("Those that go on, or began") });

const entityOf = ({ kind, id }: DeadLetterName): string => `${kind}:${id}`;

/**
 * An execution goes on from the step that failed; an event goes to everybody again; a delivery is
 * sent again; a call to a hook is given to workflows once more.
 * @throws PlatformError `forbidden`, `not-found`, `conflict` when it is no dead letter
 */
export async function replayDeadLetter({ ctx, input }: { ctx: TenantContext; input: DeadLetterName & { key: string | null } }): Promise<z.infer<typeof replayedView>> {
  const { kind, id, key } = input;
  mustBeAbleTo(ctx.actor, kinds[kind].write);
  await kinds[kind].mustBeDead(ctx, id);
  const { statements, executionIds, afterwards } = await kinds[kind].replay(ctx, id, key ?? newId(ctx.now));
  await ctx.db.batch([...statements, audited(ctx, { action: "dead_letter.replay", entityId: entityOf(input), after: { execution_ids: executionIds } })]);
  afterwards?.();
  return { kind, id, execution_ids: [...executionIds] };
}

/** @throws PlatformError `forbidden`, `not-found`, `conflict` when it is no dead letter */
export async function discardDeadLetter({ ctx, input }: { ctx: TenantContext; input: DeadLetterName }): Promise<void> {
  const { kind, id } = input;
  mustBeAbleTo(ctx.actor, kinds[kind].write);
  await kinds[kind].mustBeDead(ctx, id);
  const { db, now } = ctx;
  const away = kinds[kind].discard?.(db, id, now) ?? db.upsert(deadLetterDiscards, { kind, item_id: id, discarded_at: now }, [deadLetterDiscards.tenant_id, deadLetterDiscards.kind, deadLetterDiscards.item_id], { discarded_at: now });
  await db.batch([away, audited(ctx, { action: "dead_letter.discard", entityId: entityOf(input) })]);
}

export const replayBody = z.strictObject({ filter: deadLetterFilter.default({}) });

const scope = "dead-letters";
const pageSize = 200;

/** All that fit and that the caller may replay, in the background. @throws PlatformError `forbidden` */
export async function replayMany({ ctx, input: { filter, key } }: { ctx: TenantContext; input: z.infer<typeof replayBody> & { key: string | null } }): Promise<ReplayView> {
  const wanted = kindsFor(ctx, filter.kind, "write");
  const items: ReplayItem[] = [];
  for (let from: Parameters<typeof merged>[2] | null = {}; from !== null && items.length <= mostItems; ) {
    const page: Awaited<ReturnType<typeof merged>> = await merged(ctx, wanted, from, filter, pageSize);
    items.push(...page.letters.map(({ view: { kind, id } }) => ({ kind, id })));
    from = page.next;
  }
  const job = await beginReplay(ctx, { scope, items, action: "dead_letter.replay", entityId: null, filter, key });
  replaySoon(ctx, job);
  return viewReplay(job);
}

/** @throws PlatformError `not-found` */
export async function getReplay({ ctx, input: { id } }: { ctx: TenantContext; input: { id: string } }): Promise<ReplayView> {
  return viewReplay(await findReplay(ctx, scope, id));
}
