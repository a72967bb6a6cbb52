/**
 * Stages: a pipeline keeps one that is open, and none goes, or means something else, with deals in it.
 * @module
 */
import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { pipelines, type RecordRow, stages } from "../../../../db/schema/record-tables.ts";
import { mostStages } from "../../../../sdk/schema/crm/pipeline/index.ts";
import { PlatformError } from "../../../../sdk/schema/problem.ts";
import { dealsIn, holdsDeals } from "../../pipelines/deals-in.ts";
import { certain } from "../../pipelines/defaults.ts";
import { isOpen, type StageRow, stagesIn, type StageType } from "../../pipelines/stages.ts";
import type { RecordContext } from "../context.ts";
import type { Change, Rule } from "./rule.ts";

const isThere = (row: RecordRow | null): boolean => row !== null && row.deleted_at === null;
const pipelineIdOf = ({ after }: Change): string => String(after["pipeline_id"]);

export const stageRule: Rule = {
  async before(ctx, changes) {
    const own = changes.filter(({ follows }) => !follows);
    if (own.length === 0) return {};
    const ids = [...new Set(own.map(pipelineIdOf))];
    const there = await stagesIn(ctx, ids);
    const conditions: SQL[] = [];
    for (const change of own) conditions.push(...(await conditionsOf(ctx, change)));
    for (const id of ids) {
      const siblings = there.filter((row) => row.pipeline_id === id);
      const mine = own.filter((change) => pipelineIdOf(change) === id);
      takePlaces(siblings, mine);
      conditions.push(...oneStaysOpen(ctx, siblings, mine));
      if (mine.some(({ before, after }) => before !== null && !isThere(before) && isThere(after))) conditions.push(ctx.db.exists(pipelines, and(eq(pipelines.id, id), isNull(pipelines.deleted_at))));
    }
    const condition = and(...conditions);
    return condition ? { condition } : {};
  },
};

/** Deals hold on to the stage that they are in, and to what it means. */
async function conditionsOf(ctx: RecordContext, { before, after, given }: Change): Promise<SQL[]> {
  if (before === null || !isThere(before)) return [];
  if (before["pipeline_id"] !== after["pipeline_id"]) throw new PlatformError("bad-request", "/pipeline_id: a stage stays in its pipeline; make one like it in the other, and move the deals", [{ pointer: "/pipeline_id", detail: "cannot be changed" }]);
  const goes = !isThere(after);
  if (!goes && before["type"] === after["type"]) return [];
  const moved = (given["moved"] ?? []) as string[];
  const [deal] = await dealsIn(ctx, "stage_id", after.id, { limit: 1, but: moved });
  if (deal) throw new PlatformError("conflict", goes ? `There are deals in the stage ${String(after["name"])}. Say where they go: DELETE /api/v1/stages/${after.id}?move_to={stage}.` : `There are deals in the stage ${String(after["name"])}, which were ${String(before["type"])} by being in it. Move them first.`);
  return [sql`not ${holdsDeals(ctx, "stage_id", after.id, moved)}`];
}

function takePlaces(siblings: readonly StageRow[], mine: readonly Change[]): void {
  const others = siblings.filter(({ id }) => !mine.some(({ after }) => after.id === id));
  const staying = mine.filter(({ after }) => isThere(after));
  if (others.length + staying.length > mostStages) throw new PlatformError("conflict", `A pipeline has at most ${mostStages} stages.`);
  let last = Math.max(-1, ...siblings.map(({ position }) => position ?? 0));
  for (const { after } of staying) {
    after["position"] ??= last + 1;
    last = Math.max(last, Number(after["position"]));
    after["probability"] = certain[after["type"] as StageType] ?? after["probability"];
  }
}

function oneStaysOpen({ db }: RecordContext, siblings: readonly StageRow[], mine: readonly Change[]): SQL[] {
  const stays = ({ after }: Change): boolean => isThere(after) && after["type"] === "open";
  const loses = mine.some((change) => isThere(change.before) && change.before?.["type"] === "open" && !stays(change));
  if (!loses || mine.some(stays)) return [];
  const other = siblings.find(({ id, type }) => type === "open" && !mine.some(({ after }) => after.id === id));
  if (!other) throw new PlatformError("conflict", "It is the last open stage of its pipeline: deals have to be somewhere. Make another first.");
  return [db.exists(stages, and(eq(stages.id, other.id), isNull(stages.deleted_at), isOpen()))];
}
