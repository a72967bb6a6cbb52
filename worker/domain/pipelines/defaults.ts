import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { columnOf, pipelines, type RecordRow } from "../../../db/schema/record-tables.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import type { StageType } from "./stages.ts";

export interface NewStage {
  /** Chosen beforehand by who puts deals into it in the same transaction. */
  id?: string;
  name: string;
  type?: StageType;
  color?: string;
  probability?: number;
}

/** Of a pipeline that is made without any. */
export const usualStages: readonly NewStage[] = [
  { name: "Qualification", color: "#4c6ef5", probability: 20 },
  { name: "Proposal", color: "#15aabf", probability: 50 },
  { name: "Negotiation", color: "#fab005", probability: 75 },
  { name: "Won", type: "won", color: "#40c057" },
  { name: "Lost", type: "lost", color: "#868e96" },
];

/** Of the pipeline that the first deal makes. */
export const firstPipelineName = "Sales";

export const certain: Readonly<Record<StageType, number | null>> = { open: null, won: 100, lost: 0 };

/** What a stage is when nothing else is said of it. */
export function filledIn({ id, name, type = "open", color = "#4c6ef5", probability = certain[type] ?? 50 }: NewStage, position: number) {
  return { ...(id === undefined ? {} : { id }), given: { name, type, color, probability, position } };
}

/** Where deals go that name no pipeline; null: the tenant has none. */
export async function defaultPipeline({ db }: { db: TenantDb }): Promise<RecordRow | null> {
  const rows = await db.select(pipelines, { where: isNull(pipelines.deleted_at), orderBy: sql`${columnOf(pipelines, "is_default")} desc, ${asc(pipelines.id)}`, limit: 1 });
  return (rows[0] ?? null) as RecordRow | null;
}

export const noPipeline = ({ db }: { db: TenantDb }) => sql`not ${db.exists(pipelines, isNull(pipelines.deleted_at))}`;
export const isDefault = and(isNull(pipelines.deleted_at), eq(columnOf(pipelines, "is_default"), true));
