/**
 * Stages as rules of deals look at them.
 * @module
 */
import { and, eq, isNull, sql, type SQL } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { columnOf, pipelines, type RecordRow, stages } from "../../../db/schema/record-tables.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";

export type StageType = "open" | "won" | "lost";

/** As much of a stage as deals are placed by. */
export interface Stage {
  id: string;
  pipeline_id: string;
  name: string;
  type: StageType;
  probability: number;
  position: number;
}

type Reading = Readonly<{ db: TenantDb }>;

export const pipelineOf = columnOf(stages, "pipeline_id");
export const isOpen = (): SQL => eq(columnOf(stages, "type"), "open");

/** In the order in which deals pass them. */
export function inOrder<T extends Pick<Stage, "position" | "id">>(of: readonly T[]): T[] {
  return [...of].sort((one, other) => one.position - other.position || (one.id < other.id ? -1 : 1));
}

export type StageRow = RecordRow & Stage;

/** Of these pipelines. */
export async function stagesIn({ db }: Reading, pipelineIds: readonly string[]): Promise<StageRow[]> {
  if (pipelineIds.length === 0) return [];
  return inOrder((await db.select(stages, { where: and(isNull(stages.deleted_at), among(pipelineOf, pipelineIds)) })) as StageRow[]);
}

/** Deleted ones too: where somebody has been. */
export async function stagesNamed({ db }: Reading, ids: readonly string[]): Promise<StageRow[]> {
  return ids.length === 0 ? [] : ((await db.select(stages, { where: among(stages.id, ids) })) as StageRow[]);
}

export async function pipelinesNamed({ db }: Reading, ids: readonly string[]): Promise<RecordRow[]> {
  return ids.length === 0 ? [] : ((await db.select(pipelines, { where: among(pipelines.id, ids) })) as RecordRow[]);
}

/** When the transaction begins these stages are there, and mean what they meant. */
export function stillThere({ db }: Reading, of: readonly Pick<Stage, "id" | "type">[]): SQL | undefined {
  if (of.length === 0) return undefined;
  const known = JSON.stringify(of.map(({ id, type }) => [id, type]));
  return sql`not exists (select 1 from json_each(${known}) as known where not ${db.exists(stages, and(isNull(stages.deleted_at), sql`${stages.id} = known.value ->> 0`, sql`${columnOf(stages, "type")} = known.value ->> 1`))})`;
}
