import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { AnyEntity, Given } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import { findRecord } from "./access.ts";
import type { RecordContext } from "./context.ts";
import { carryOut, type Plan, planRecords } from "./plan.ts";
import { show, type Shown } from "./show.ts";
import { refusingTwins } from "./twins.ts";

/**
 * Changes the fields that are named.
 * @param version the one the caller saw (`If-Match`); null: whatever it is by now
 * @throws PlatformError `not-found`, `forbidden`, `bad-request`, `version-conflict`
 */
export async function updateRecord({ ctx, of, input, id, version = null }: { ctx: RecordContext; of: AnyEntity; input: Given; id: string; version?: number | null }): Promise<Shown> {
  const row = await refusingTwins(of, () =>
    carryOut(ctx, async () => {
      const { before, result, ...plan } = await planUpdate(ctx, of, { id, input, version });
      return { ...plan, result: result[0] ?? before };
    }),
  );
  return show(ctx, of, row);
}

/** @throws PlatformError as {@link updateRecord} does */
export async function planUpdate(ctx: RecordContext, of: AnyEntity, { id, input, version }: { id: string; input: Given; version: number | null }): Promise<Plan<RecordRow[]> & { before: RecordRow }> {
  mustSeeWhatItChanges(ctx, of, input);
  const before = await findRecord(ctx, of, id, { verb: "write" });
  if (version !== null && before.version !== version) throw await conflictOf(ctx, of, before, input, version);
  return { ...(await planRecords(ctx, of, [{ before, given: input }])), before };
}

/** A masked value that is sent back would replace the real one. */
export function mustSeeWhatItChanges({ access }: Pick<RecordContext, "access">, of: AnyEntity, input: Given): void {
  const masked = access ? Object.keys(input).filter((name) => isMasked(access, of.path, name)) : [];
  if (masked.length > 0) throw new PlatformError("forbidden", `Your role shows ${masked.join(", ")} masked: what you cannot see you cannot change.`, masked.map((name) => ({ pointer: `/${name}`, detail: "masked for you" })));
}

/** Both sides' values, so that whoever comes second can decide. */
async function conflictOf(ctx: RecordContext, of: AnyEntity, row: RecordRow, input: Given, version: number): Promise<PlatformError> {
  const now = await show(ctx, of, row);
  const current = Object.fromEntries(Object.keys(input).map((name) => [name, now[name] ?? null]));
  return new PlatformError("version-conflict", `The ${of.title.toLowerCase()} was changed since version ${version}: it is version ${row.version} now. Look at both and send the change again with \`If-Match: "${row.version}"\`.`, undefined, undefined, { version: row.version, current, yours: input });
}
