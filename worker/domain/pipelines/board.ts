/**
 * A pipeline as a board: its stages, what is in each, and the first cards of each in their order.
 * @module
 */
import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { boardTotals, type BoardTotal } from "../../../db/board-totals.ts";
import { columnOf, deals, type RecordRow } from "../../../db/schema/record-tables.ts";
import { viewSchema } from "../../../sdk/schema/crm/entity.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import { fromBase64, toBase64Url, utf8 } from "../../auth/bytes.ts";
import { findRecord, mustBeAllowed } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { expanded } from "../records/expand.ts";
import { conditionOf, recordsQuery } from "../records/list.ts";
import { show, showAll, type Shown } from "../records/show.ts";
import { type StageRow, stagesIn } from "./stages.ts";

const { deal, pipeline, stage } = entities;
const { filter, q, view, expand } = recordsQuery(deal).shape;

export const boardQuery = z.looseObject({
  filter,
  q,
  view,
  expand,
  limit: z.coerce.number().int().min(1).max(100).default(20).describe("Deals per stage"),
  stage_id: z.string().max(64).optional().describe("Only this stage"),
  cursor: z.string().max(512).optional().describe("`next_cursor` of a stage: shows what follows in it, with its `stage_id`"),
});

export const boardView = z.object({
  pipeline: viewSchema(pipeline),
  stages: z.array(
    z.object({
      stage: viewSchema(stage),
      count: z.number().int().nullable().describe("Of all its deals that fit; null with a cursor, for it was said before"),
      values: z.array(z.object({ currency: z.string(), amount: z.number() })).nullable().describe("What they are worth together, in minor units, by currency"),
      deals: z.array(viewSchema(deal)).describe("In the order in which they stand"),
      next_cursor: z.string().nullable(),
    }),
  ),
});

type Asked = z.output<typeof boardQuery>;
const rank = columnOf(deals, "rank");

/** @throws PlatformError `not-found`, `forbidden`, `bad-request` */
export async function board({ ctx, id, input }: { ctx: RecordContext; id: string; input: Asked }): Promise<z.input<typeof boardView>> {
  const row = await findRecord(ctx, pipeline, id);
  mustBeAllowed(ctx, deal, "read");
  const { cursor, limit, stage_id: only, expand: along = [], ...rest } = input;
  if (cursor !== undefined && only === undefined) throw new PlatformError("bad-request", "/query/cursor: goes on in one stage: name it as stage_id", [{ pointer: "/query/stage_id", detail: "missing" }]);
  const after = cursor === undefined ? null : readPlace(cursor);
  const condition = await conditionOf(ctx, deal, { ...rest, deleted: "false" });
  const stages = (await stagesIn(ctx, [id])).filter((one) => only === undefined || one.id === only);
  if (only !== undefined && stages.length === 0) throw new PlatformError("bad-request", `/query/stage_id: the pipeline has no stage ${only}`, [{ pointer: "/query/stage_id", detail: "not of this pipeline" }]);
  const [totals, columns] = await Promise.all([after !== null ? null : boardTotals(ctx.env.DB, ctx.tenant, id, and(condition, only === undefined ? undefined : eq(columnOf(deals, "stage_id"), only))), Promise.all(stages.map((one) => cardsOf(ctx, one, condition, after, limit)))]);
  const masked = ctx.access !== null && ["value", "currency"].some((name) => ctx.access && isMasked(ctx.access, deal.path, name));
  const shown = await Promise.all(
    stages.map(async (one, index) => {
      const cards = columns[index] ?? [];
      const kept = cards.slice(0, limit);
      const mine = totals?.filter(({ stage_id }) => stage_id === one.id);
      const views = await showAll(ctx, deal, kept);
      return { stage: await show(ctx, stage, one), count: mine?.reduce((sum, total) => sum + total.deals, 0) ?? null, values: (masked ? null : mine?.map(worth)) ?? null, deals: along.length > 0 ? await expanded(ctx, deal, views, along) : views, next_cursor: placeAfter(cards, kept) };
    }),
  );
  return { pipeline: await show(ctx, pipeline, row), stages: shown satisfies { stage: Shown }[] };
}

const worth = ({ currency, amount }: BoardTotal) => ({ currency, amount });

async function cardsOf({ db }: RecordContext, { id }: StageRow, condition: SQL | undefined, after: readonly [string, string] | null, limit: number): Promise<RecordRow[]> {
  const beyond = after === null ? undefined : sql`(${rank}, ${deals.id}) > (${after[0]}, ${after[1]})`;
  return (await db.select(deals, { where: and(eq(columnOf(deals, "stage_id"), id), condition, beyond), orderBy: sql`${asc(rank)}, ${asc(deals.id)}`, limit: limit + 1 })) as RecordRow[];
}

function placeAfter(cards: readonly RecordRow[], kept: readonly RecordRow[]): string | null {
  const last = kept.at(-1);
  return last && cards.length > kept.length ? toBase64Url(utf8(JSON.stringify([last["rank"], last.id]))) : null;
}

/** @throws PlatformError `bad-request` when it is not one of ours */
function readPlace(cursor: string): readonly [string, string] {
  try {
    return z.tuple([z.string(), z.string()]).parse(JSON.parse(new TextDecoder().decode(fromBase64(cursor) ?? new Uint8Array())));
  } catch {
    throw new PlatformError("bad-request", "The cursor is not one this API gave.", [{ pointer: "/query/cursor", detail: "not a cursor" }]);
  }
}
