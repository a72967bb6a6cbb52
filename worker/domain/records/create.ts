import { and, eq } from "drizzle-orm";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import { requestKeys } from "../../../db/schema/records.ts";
import type { AnyEntity, Given } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { sha256, toHex } from "../../auth/bytes.ts";
import { mustBeAllowed } from "./access.ts";
import { actorId, type RecordContext } from "./context.ts";
import { carryOut, planRecords } from "./plan.ts";
import { refusingTwins } from "./twins.ts";
import { show, type Shown } from "./show.ts";

/**
 * A new record, and its history, event and words with it. The same Idempotency-Key with the
 * same content gives the record that the first request made.
 * @throws PlatformError `forbidden`, `bad-request`, `conflict`, `idempotency-key-reused`
 */
export async function createRecord({ ctx, of, input, key = null }: { ctx: RecordContext; of: AnyEntity; input: Given; key?: string | null }): Promise<Shown> {
  mustBeAllowed(ctx, of, "write");
  const asked = key === null ? null : await requestOf(ctx, of, key, input);
  const first = asked && (await madeBy(ctx, of, asked));
  if (first) return show(ctx, of, first);
  try {
    const row = await refusingTwins(of, () =>
      carryOut(ctx, async () => {
        const { statements, result, ...plan } = await planRecords(ctx, of, [{ before: null, given: input }]);
        const [made] = result as [RecordRow];
        const remembered = asked ? [ctx.db.insert(requestKeys, { ...asked, record_id: made.id, created_at: ctx.now })] : [];
        return { ...plan, statements: [...remembered, ...statements], result: made };
      }),
    );
    return await show(ctx, of, row);
  } catch (error) {
    // Somebody was quicker with the same key.
    const other = asked && (await madeBy(ctx, of, asked));
    if (other) return show(ctx, of, other);
    throw error;
  }
}

interface Request {
  key: string;
  hash: string;
}

/** Keys are one's own: another's are other keys. */
async function requestOf(ctx: RecordContext, of: AnyEntity, key: string, input: Given): Promise<Request> {
  return { key: `${of.path}:${ctx.actor.kind}:${actorId(ctx)}:${key}`, hash: toHex(await sha256(JSON.stringify(input))) };
}

async function madeBy({ db }: RecordContext, of: AnyEntity, { key, hash }: Request): Promise<RecordRow | null> {
  const known = await db.first(requestKeys, eq(requestKeys.key, key));
  if (!known) return null;
  if (known.hash !== hash) throw new PlatformError("idempotency-key-reused", `The Idempotency-Key made the ${of.title.toLowerCase()} ${known.record_id}, of other content: send the same, or take another key for another record.`);
  const table = recordTable(of);
  return (await db.first(table, and(eq(table.id, known.record_id)))) as RecordRow | null;
}
