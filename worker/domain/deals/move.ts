/**
 * Moving a card: into a stage, and between which others.
 * @module
 */
import { and, asc, desc, eq, isNull, ne, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { columnOf, deals, type RecordRow } from "../../../db/schema/record-tables.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { schemas } from "../../../sdk/schema/crm/fields.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { findRecord } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { carryOut, type Plan, planRecords } from "../records/plan.ts";
import { mustBeThere } from "../records/references.ts";
import { show, type Shown } from "../records/show.ts";
import { rankBetween, rankSomewhere } from "./rank.ts";

const { deal } = entities;
const [stageOf, rankOf] = [columnOf(deals, "stage_id"), columnOf(deals, "rank")];

export const moveBody = z
  .strictObject({
    stage_id: schemas.id.describe("Where it goes; may be the stage it is in"),
    before_id: schemas.id.optional().describe("The deal that it comes right above"),
    after_id: schemas.id.optional().describe("The deal that it comes right below"),
  })
  .refine(({ before_id, after_id }) => before_id === undefined || after_id === undefined, { message: "one of before_id and after_id, or neither: on top", path: ["after_id"] });
export type MoveDeal = z.output<typeof moveBody> & { id: string };

type Card = RecordRow & { rank: string; stage_id: string };

/**
 * Moves a deal within its stage or into another. Where two who move at once want the same gap,
 * the second finds what the first has left of it.
 * @throws PlatformError `not-found`, `forbidden`, `bad-request`, `conflict` when the neighbour has left the stage
 */
export async function planMoveDeal(ctx: RecordContext, { id, stage_id, before_id, after_id }: MoveDeal): Promise<Plan<RecordRow>> {
  const before = await findRecord(ctx, deal, id, { verb: "write" });
  await mustBeThere(ctx, [{ to: "stage", id: stage_id, pointer: "/stage_id" }]);
  const { rank, condition } = await gap(ctx, { id, stage_id, before_id, after_id });
  const { result, ...plan } = await planRecords(ctx, deal, [{ before, given: { stage_id }, also: { rank }, action: "deal.move" }]);
  return { ...plan, condition: and(condition, plan.condition ?? undefined) ?? null, result: result[0] ?? before };
}

async function gap(ctx: RecordContext, { id, stage_id, before_id, after_id }: MoveDeal): Promise<{ rank: string; condition: SQL | undefined }> {
  const named = before_id ?? after_id;
  if (named === undefined) {
    const first = await nextTo(ctx, { id, stage_id }, null, "below");
    return { rank: rankSomewhere(null, first?.rank ?? null), condition: undefined };
  }
  const pointer = before_id === undefined ? "/after_id" : "/before_id";
  if (named === id) throw new PlatformError("bad-request", `${pointer}: a deal is not beside itself`, [{ pointer, detail: "is the deal itself" }]);
  const neighbour = (await findRecord(ctx, deal, named).catch(() => null)) as Card | null;
  if (neighbour === null || neighbour.stage_id !== stage_id) throw new PlatformError("conflict", `${pointer}: the deal ${named} is not in the stage ${stage_id}, or no longer. Look at the board again.`, [{ pointer, detail: "not in the stage" }]);
  const other = await nextTo(ctx, { id, stage_id }, neighbour, before_id === undefined ? "below" : "above");
  const [above, below] = before_id === undefined ? [neighbour, other] : [other, neighbour];
  // At an end others may come at the same time without being looked for: chance keeps them apart.
  if (!above || !below) return { rank: rankSomewhere(above?.rank ?? null, below?.rank ?? null), condition: stands(ctx, neighbour) };
  const between = ctx.db.exists(deals, and(isNull(deals.deleted_at), eq(stageOf, stage_id), ne(deals.id, id), sql`${rankOf} > ${above.rank}`, sql`${rankOf} < ${below.rank}`));
  return { rank: rankBetween(above.rank, below.rank), condition: and(stands(ctx, above), stands(ctx, below), sql`not ${between}`) };
}

const stands = ({ db }: RecordContext, { id, stage_id, rank }: Card): SQL => db.exists(deals, and(isNull(deals.deleted_at), eq(deals.id, id), eq(stageOf, stage_id), eq(rankOf, rank)));

/** The card that stands next, the moved one aside; with the same rank there is no room in between. */
async function nextTo({ db }: RecordContext, { id, stage_id }: Pick<MoveDeal, "id" | "stage_id">, to: Card | null, side: "above" | "below"): Promise<Card | null> {
  const beyond = to === null ? undefined : side === "below" ? sql`${rankOf} > ${to.rank}` : sql`${rankOf} < ${to.rank}`;
  const direction = side === "below" ? asc : desc;
  const [found] = await db.select(deals, { where: and(isNull(deals.deleted_at), eq(stageOf, stage_id), ne(deals.id, id), beyond), orderBy: sql`${direction(rankOf)}, ${direction(deals.id)}`, limit: 1 });
  return (found ?? null) as Card | null;
}

export async function moveDeal({ ctx, input }: { ctx: RecordContext; input: MoveDeal }): Promise<Shown> {
  return show(ctx, deal, await carryOut(ctx, () => planMoveDeal(ctx, input)));
}
