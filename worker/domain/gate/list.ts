import { and, asc, eq, gt } from "drizzle-orm";
import type { z } from "zod";
import { moveJobs, moves } from "../../../db/schema/moves.ts";
import { iso, type TenantContext } from "../context.ts";
import { findDeployment } from "../deployments/find.ts";
import { type pageQuery, readCursor, toPage } from "../page.ts";
import { movesOf } from "./rows.ts";
import { type MoveList, moveResult } from "../../../sdk/schema/gate.ts";

/**
 * What became of the executions that were in flight when a deployment went live.
 * @throws PlatformError `not-found`
 */
export async function listMoves({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof pageQuery> & { id: string } }): Promise<MoveList> {
  const { id } = await findDeployment(ctx, input.id);
  const after = readCursor(input.cursor);
  const [job, counted, rows] = await Promise.all([
    ctx.db.first(moveJobs, eq(moveJobs.id, id)),
    ctx.db.countEach(moves, moves.result, moveResult.options, movesOf(id)),
    ctx.db.select(moves, { where: and(movesOf(id), after === null ? undefined : gt(moves.id, after)), orderBy: asc(moves.id), limit: input.limit + 1 }),
  ]);
  const counts = Object.fromEntries(moveResult.options.map((result) => [result, counted.get(result) ?? 0])) as MoveList["counts"];
  const page = toPage(rows, input.limit, (row) => row.id, ({ id: own, workflow_id, status, from_version, result, verdict, at, updated_at }) => ({ execution_id: own.slice(id.length + 1), workflow_id, status, from_version, result, verdict, at, updated_at: iso(updated_at) }));
  return { status: job?.status ?? "none", counts, ...page };
}
