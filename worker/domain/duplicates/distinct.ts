/**
 * Records that are alike and not the same: somebody has said so.
 * @module
 */
import { and, eq, or } from "drizzle-orm";
import { z } from "zod";
import { among } from "../../../db/among.ts";
import { distinctPairs } from "../../../db/schema/merges.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import { findNamed, findRecord } from "../records/access.ts";
import { actorId, type RecordContext } from "../records/context.ts";

export const distinctBody = z.strictObject({ ids: z.array(z.string().min(1).max(64)).min(1).max(50).describe("Records that are not the same as this one") });

/**
 * They are suggested no more, neither with each other nor with this one.
 * @throws PlatformError `not-found`, `forbidden`, `bad-request`
 */
export async function keepApart({ ctx, of, id, input }: { ctx: RecordContext; of: AnyEntity; id: string; input: z.output<typeof distinctBody> }): Promise<void> {
  const others = [...new Set(input.ids)];
  if (others.includes(id)) throw new PlatformError("bad-request", "/ids: a record is the same as itself", [{ pointer: "/ids", detail: `contains ${id}` }]);
  await findRecord(ctx, of, id, { verb: "write" });
  await findNamed(ctx, of, others, "write");
  const pairs = others.map((other) => [id, other].sort() as [string, string]).map(([first_id, second_id]) => ({ kind: of.kind, first_id, second_id, actor_id: actorId(ctx), created_at: ctx.now }));
  await ctx.db.batch([
    ctx.db.upsertMany(distinctPairs, pairs, [distinctPairs.tenant_id, distinctPairs.kind, distinctPairs.first_id, distinctPairs.second_id], []),
    audited(ctx, { action: `${of.kind}.keep_apart`, entityId: id, after: { not_the_same_as: others } }),
  ]);
}

/** @returns whether two of these were said not to be the same */
export async function distinctAmong({ db }: Pick<RecordContext, "db">, of: AnyEntity, ids: readonly string[]): Promise<(one: string, other: string) => boolean> {
  if (ids.length < 2) return () => false;
  const rows = await db.select(distinctPairs, { where: and(eq(distinctPairs.kind, of.kind), among(distinctPairs.first_id, ids)) });
  const known = new Set(rows.map(({ first_id, second_id }) => `${first_id} ${second_id}`));
  return (one, other) => known.has(one < other ? `${one} ${other}` : `${other} ${one}`);
}

/** Those that a record is not the same as. */
export async function distinctFrom({ db }: Pick<RecordContext, "db">, of: AnyEntity, id: string): Promise<Set<string>> {
  const rows = await db.select(distinctPairs, { where: and(eq(distinctPairs.kind, of.kind), or(eq(distinctPairs.first_id, id), eq(distinctPairs.second_id, id))) });
  return new Set(rows.map(({ first_id, second_id }) => (first_id === id ? second_id : first_id)));
}
