/**
 * Deals: where they are, what follows from it, and what is told of it.
 * @module
 */
import { and, asc, eq, isNotNull, isNull, sql } from "drizzle-orm";
import type { JsonObject } from "../../../../db/schema/json.ts";
import { columnOf, deals, type RecordRow } from "../../../../db/schema/record-tables.ts";
import { entities } from "../../../../sdk/schema/crm/index.ts";
import type { NewEvent } from "../../../events/emit.ts";
import { placeOf, probabilityIn, type Wish } from "../../deals/place.ts";
import { rankSomewhere } from "../../deals/rank.ts";
import { waysFor } from "../../deals/ways.ts";
import { pipelinesNamed, stagesNamed, stillThere } from "../../pipelines/stages.ts";
import type { RecordContext } from "../context.ts";
import { plainView } from "../values.ts";
import type { Change, Rule } from "./rule.ts";

const isThere = (row: RecordRow | null): row is RecordRow => row !== null && row.deleted_at === null;

export const dealRule: Rule = {
  async before(ctx, changes, planner) {
    const there = changes.filter(({ after }) => isThere(after));
    for (const change of there) keepPlace(change);
    const placed = there.filter(isPlaced);
    if (placed.length === 0) return {};
    const wishes = placed.map(({ before, after, given }): Wish => ({ before: isThere(before) ? before : null, after, given }));
    const ways = await waysFor(ctx, wishes, planner);
    const targets = placed.map((change, index) => {
      const place = placeOf(wishes[index] ?? change, ways);
      settle(ctx, change, place);
      return place.stage;
    });
    await giveRanks(ctx, placed);
    const made = new Set(ways.made ? ways.of(ways.usual ?? "").map(({ id }) => id) : []);
    const condition = stillThere(ctx, [...new Map(targets.filter(({ id }) => !made.has(id)).map((stage) => [stage.id, stage])).values()]);
    const told = await toldOf(ctx, placed);
    return { ...(condition ? { condition } : {}), ...(ways.made ? { parts: [ways.made] } : {}), events: () => placed.flatMap(told) };
  },
};

/** Nowhere is no place: a deal stays where it is. */
function keepPlace({ before, after }: Change): void {
  if (before === null) return;
  after["stage_id"] ??= before["stage_id"];
  after["pipeline_id"] ??= before["pipeline_id"];
}

function isPlaced({ before, after }: Change): boolean {
  return !isThere(before) || ["stage_id", "pipeline_id", "status"].some((name) => before[name] !== after[name]);
}

function settle({ now }: RecordContext, { before, after, given }: Change, place: ReturnType<typeof placeOf>): void {
  const { stage, status } = place;
  Object.assign(after, { stage_id: stage.id, pipeline_id: stage.pipeline_id, status, probability: probabilityIn(place) });
  if (status === "open") after["closed_at"] = null;
  // What was won elsewhere, and is brought here, has its own time.
  else if (before?.["status"] !== status) after["closed_at"] = typeof given["closed_at"] === "number" ? given["closed_at"] : now;
  if (status !== "lost" && before?.["status"] === "lost" && given["lost_reason"] === undefined) after["lost_reason"] = null;
}

/** Who comes into a stage comes on top of it, unless they were given a place. */
async function giveRanks({ db }: RecordContext, placed: readonly Change[]): Promise<void> {
  const coming = placed.filter(({ before, after, given }) => given["rank"] === undefined && (!isThere(before) || before["stage_id"] !== after["stage_id"]));
  const ids = [...new Set(coming.map(({ after }) => String(after["stage_id"])))];
  const [stageId, rank] = [columnOf(deals, "stage_id"), columnOf(deals, "rank")];
  const firsts = new Map(
    await Promise.all(
      ids.map(async (id) => {
        const [first] = (await db.select(deals, { where: and(isNull(deals.deleted_at), eq(stageId, id), isNotNull(rank)), orderBy: sql`${asc(rank)}, ${asc(deals.id)}`, limit: 1 })) as RecordRow[];
        return [id, (first?.["rank"] ?? null) as string | null] as const;
      }),
    ),
  );
  for (const { after } of coming) {
    const id = String(after["stage_id"]);
    const top = rankSomewhere(null, firsts.get(id) ?? null);
    after["rank"] = top;
    firsts.set(id, top);
  }
}

/** What happened besides a change of fields, as workflows wait for it. */
async function toldOf(ctx: RecordContext, placed: readonly Change[]): Promise<(change: Change) => NewEvent[]> {
  const moved = placed.filter(({ before, after }) => isThere(before) && before["stage_id"] !== after["stage_id"]);
  const idsOf = (name: string) => [...new Set(moved.flatMap(({ before, after }) => [before?.[name], after[name]]).filter((id) => typeof id === "string"))];
  const stages = new Map((await stagesNamed(ctx, idsOf("stage_id"))).map(({ id, name, type, probability }) => [id, { id, name, type, probability }]));
  const pipelines = new Map((await pipelinesNamed(ctx, idsOf("pipeline_id"))).map((row) => [row.id, { id: row.id, name: String(row["name"]) }]));
  const named = <T>(of: Map<string, T>, id: unknown): T | null => of.get(String(id)) ?? null;
  return (change) => {
    const { before, after } = change;
    const event = (type: string, more: JsonObject = {}): NewEvent => ({ type, data: { deal: plainView(entities.deal, after) as JsonObject, ...more }, record: { type: "deal", id: after.id } });
    const status = after["status"];
    return [
      ...(moved.includes(change) ? [event("deal.stage_changed", { from_stage: named(stages, before?.["stage_id"]), to_stage: named(stages, after["stage_id"]), pipeline: named(pipelines, after["pipeline_id"]) })] : []),
      ...(status !== "open" && status !== before?.["status"] ? [event(status === "won" ? "deal.won" : "deal.lost")] : []),
    ];
  };
}
