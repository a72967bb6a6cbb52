import { and, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import type { Current, Flow } from "../../../db/report-rollups.ts";
import { columnOf, pipelines, type RecordRow, stages } from "../../../db/schema/record-tables.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { mustBeAllowed } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { countOf, currentOf, flowsOf, gone, into, made, meanSeconds, money, rate, restored, type Selected, type Which } from "./flows.ts";
import { channelQuery, periodView, spanOf } from "./query.ts";
import { ownersOf } from "./reach.ts";

export const pipelinesQuery = channelQuery.omit({ interval: true }).extend({ pipeline_id: z.string().min(1).max(64).optional() });

const count = z.number().int();
const share = z.number().nullable();
const seconds = z.number().int().nullable();
/** In minor units, such as cents. */
const sums = z.array(z.object({ currency: z.string(), count, amount: z.number() }));

const stageRow = z.object({
  pipeline_id: z.string(),
  pipeline: z.string(),
  stage_id: z.string(),
  stage: z.string(),
  position: count,
  type: z.string(),
  entered: count.describe("Deals that came into it in the period, made there or moved there"),
  forward: count.describe("Left it for a later stage"),
  back: count.describe("Left it for an earlier stage"),
  lost: count.describe("Left it for a stage of the lost"),
  elsewhere: count.describe("Left it for another pipeline, or were deleted in it"),
  conversion_rate: share.describe("Left forward, of all that left it"),
  mean_seconds: seconds.describe("How long deals had been in it that left it"),
  open_now: count,
  open_value: sums,
});

const outcome = { created: count, won: count, lost: count, win_rate: share.describe("Won, of won and lost"), mean_seconds_to_won: seconds, mean_seconds_to_lost: seconds, won_value: sums, lost_value: sums, open_value: sums };

export const pipelinesReport = z.object({
  data: z.array(stageRow).describe("A row a stage, in the order of the pipeline"),
  totals: z.object({
    ...outcome,
    conversions: z.array(z.object({ from: z.string(), to: z.string(), count })).describe("From stage to stage, by id"),
    forecast: z.array(z.object({ month: z.string().nullable(), currency: z.string(), count, amount: z.number(), weighted: count.describe("Each deal's value by the probability of its stage") })).describe("Open deals by the month they are expected to close"),
  }),
  period: periodView,
});
export type PipelinesReport = z.infer<typeof pipelinesReport>;

interface Stage {
  id: string;
  pipeline: string;
  pipelineName: string;
  name: string;
  position: number;
  probability: number;
  type: string;
}

/** @throws PlatformError `forbidden`, `bad-request` */
export async function reportPipelines({ ctx, input }: { ctx: RecordContext; input: z.output<typeof pipelinesQuery> }): Promise<PipelinesReport> {
  mustBeAllowed(ctx, entities.pipeline, "read");
  const selected: Selected = { kind: "deal", owners: await ownersOf(ctx, entities.deal, input), source: input.source };
  const { period, view } = await spanOf(ctx, { ...input, interval: "none" });
  const [all, moves, statuses, open] = await Promise.all([stagesOf(ctx, input.pipeline_id), flowsOf(ctx, selected, "stage_id", [period]), flowsOf(ctx, { ...selected, group: input.pipeline_id }, "status", [period]), currentOf(ctx, selected, ["group_id", "stage_id", "currency", "month"], ["open"])]);
  const stageById = new Map(all.map((stage) => [stage.id, stage]));
  const mine = open.filter(({ group_id }) => input.pipeline_id === undefined || group_id === input.pipeline_id);
  const between = moves.filter(({ from, to }) => stageById.has(from) && stageById.has(to));
  return {
    data: all.map((stage) => rowOf(stage, stageById, moves, mine)),
    totals: { ...outcomeOf(statuses, mine), conversions: conversionsIn(between), forecast: forecastOf(mine, stageById) },
    period: view,
  };
}

async function stagesOf({ db }: RecordContext, pipeline: string | undefined): Promise<Stage[]> {
  const [pipes, rows] = await Promise.all([db.select(pipelines, { where: isNull(pipelines.deleted_at), orderBy: sql`${columnOf(pipelines, "position")}, ${pipelines.id}`, limit: 500 }), db.select(stages, { where: and(isNull(stages.deleted_at), pipeline === undefined ? undefined : sql`${columnOf(stages, "pipeline_id")} = ${pipeline}`), limit: 5000 })]);
  return (pipes as RecordRow[]).flatMap((pipe) => {
    const its = (rows as RecordRow[]).filter((row) => row["pipeline_id"] === pipe.id).sort((one, other) => Number(one["position"]) - Number(other["position"]) || (one.id < other.id ? -1 : 1));
    return its.map((row) => ({ id: row.id, pipeline: pipe.id, pipelineName: String(pipe["name"]), name: String(row["name"]), position: Number(row["position"]), probability: Number(row["probability"]), type: String(row["type"]) }));
  });
}

function rowOf(stage: Stage, stageById: ReadonlyMap<string, Stage>, moves: readonly Flow[], open: readonly Current[]): z.infer<typeof stageRow> {
  const left = moves.filter(({ from }) => from === stage.id);
  const towards = (is: (other: Stage) => boolean): Which => ({ to }) => {
    const other = stageById.get(to);
    return other !== undefined && other.pipeline === stage.pipeline && is(other);
  };
  const [forward, back] = [countOf(left, towards((other) => other.position > stage.position && other.type !== "lost")), countOf(left, towards((other) => other.position <= stage.position && other.type !== "lost"))];
  const lost = countOf(left, towards((other) => other.type === "lost"));
  const here = open.filter(({ stage_id }) => stage_id === stage.id);
  return {
    pipeline_id: stage.pipeline,
    pipeline: stage.pipelineName,
    stage_id: stage.id,
    stage: stage.name,
    position: stage.position,
    type: stage.type,
    entered: countOf(moves, ({ from, to }) => to === stage.id && from !== restored),
    forward,
    back,
    lost,
    elsewhere: countOf(left) - forward - back - lost,
    conversion_rate: rate(forward, forward + back + lost),
    mean_seconds: meanSeconds(left, ({ to }) => to !== gone),
    open_now: here.reduce((total, one) => total + one.count, 0),
    open_value: openValue(here),
  };
}

const asFlow = ({ currency = "", count, amount }: Current): Flow => ({ period: 0, member: "", source: "", from: "", to: "", group: "", currency, count, timed: 0, duration: 0, amount });
export const openValue = (open: readonly Current[]) => money(open.map(asFlow), () => true);

export function outcomeOf(statuses: readonly Flow[], open: readonly Current[]) {
  const [won, lost] = [countOf(statuses, into("won")), countOf(statuses, into("lost"))];
  return {
    created: countOf(statuses, ({ from }) => from === made),
    won,
    lost,
    win_rate: rate(won, won + lost),
    mean_seconds_to_won: meanSeconds(statuses, ({ from, to }) => from === "open" && to === "won"),
    mean_seconds_to_lost: meanSeconds(statuses, ({ from, to }) => from === "open" && to === "lost"),
    won_value: money(statuses, into("won")),
    lost_value: money(statuses, into("lost")),
    open_value: openValue(open),
  };
}

function conversionsIn(moves: readonly Flow[]): { from: string; to: string; count: number }[] {
  const pairs = Map.groupBy(moves, ({ from, to }) => `${from} ${to}`);
  return [...pairs.values()].map((flows) => ({ from: flows[0]?.from ?? "", to: flows[0]?.to ?? "", count: countOf(flows) }));
}

function forecastOf(open: readonly Current[], stageById: ReadonlyMap<string, Stage>): PipelinesReport["totals"]["forecast"] {
  const months = Map.groupBy(open, ({ month = "", currency = "" }) => `${month} ${currency}`);
  return [...months.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, its]) => {
      const weighted = its.reduce((total, { stage_id = "", amount }) => total + (amount * (stageById.get(stage_id)?.probability ?? 0)) / 100, 0);
      const [first] = its;
      return { month: first?.month || null, currency: first?.currency ?? "", count: its.reduce((total, one) => total + one.count, 0), amount: its.reduce((total, one) => total + one.amount, 0), weighted: Math.round(weighted) };
    });
}
