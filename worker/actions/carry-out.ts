/**
 * Carries an action out, exactly once for its key: the result is written in the batch of the
 * change, and whoever comes again gets it from there.
 * @module
 */
import { and, eq, sql } from "drizzle-orm";
import { actionResults } from "../../db/schema/events.ts";
import type { Statement } from "../../db/tenant-db.ts";
import { allEntities } from "../../sdk/schema/crm/index.ts";
import { encode } from "../../sdk/schema/codec.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { sha256, toHex } from "../auth/bytes.ts";
import { carryOut, type Plan } from "../domain/records/plan.ts";
import { twinOf } from "../domain/records/twins.ts";
import { type Action, type ActionContext, mustHave } from "./action.ts";

/** Once for a key. */
export interface Once {
  key: string;
  /** Of what is asked for. */
  fingerprint: string;
}

/** @returns a PlatformError `bad-request` that names each fault */
export function faultsOf(issues: readonly { path: PropertyKey[]; message: string }[], action: string): PlatformError {
  const errors = issues.slice(0, 10).map(({ path, message }) => ({ pointer: `/${path.map(String).join("/")}`, detail: message }));
  return new PlatformError("bad-request", errors.map(({ pointer, detail }) => `${pointer === "/" ? action : pointer.slice(1).replaceAll("/", ".")}: ${detail}`).join("; "), errors);
}

/** @throws PlatformError `bad-request` */
export function parsed({ spec }: Action, params: unknown): unknown {
  const result = spec.params.safeParse(params);
  if (result.success) return result.data;
  throw faultsOf(result.error.issues, spec.id);
}

/** Times aside: they are others in every attempt that asks the clock. */
export async function fingerprintOf(action: string, params: unknown): Promise<string> {
  const text = JSON.stringify([action, params], (_name, value: unknown) => (typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value) ? "time" : value));
  return toHex((await sha256(text)).slice(0, 16));
}

/**
 * @param once null: it is carried out whenever it is asked for
 * @param besides what else is written with a change, such as an entry of the audit log
 * @returns the result, encoded
 * @throws PlatformError for what is refused
 */
export async function carryOutAction(ctx: ActionContext, found: Action, params: unknown, once: Once | null, besides: () => readonly Statement[] = () => []): Promise<string> {
  mustHave(ctx, found.spec);
  const given = parsed(found, params);
  const { effect } = found.spec;
  if (effect === "reads") return encode((await found.plan(ctx, given)).result);
  const known = once && (await resultOf(ctx, once));
  if (known !== null) return known;
  const performed = found.perform && encode(await found.perform(ctx, given));
  try {
    return await carryOut(ctx, () => planned(ctx, found, given, once, performed, besides));
  } catch (error) {
    // Another attempt was quicker, or had come through and not been heard.
    const first = once && (await resultOf(ctx, once));
    if (first !== null) return first;
    throw allEntities.map((of) => twinOf(of, error)).find((refusal) => refusal !== null) ?? error;
  }
}

async function planned(ctx: ActionContext, found: Action, given: unknown, once: Once | null, performed: string | undefined, besides: () => readonly Statement[]): Promise<Plan<string>> {
  const known = once && (await resultOf(ctx, once));
  if (known !== null) return { statements: [], condition: null, result: known };
  const { statements, condition = null, result, line, afterwards } = await found.plan(ctx, given);
  const value = performed ?? encode(result);
  const remembered = once === null ? [] : [ctx.db.insert(actionResults, { ...once, execution_id: ctx.cause?.executionId ?? "", action: found.spec.id, result: value, created_at: ctx.now })];
  const first = once === null ? undefined : sql`not ${ctx.db.exists(actionResults, eq(actionResults.key, once.key))}`;
  return { statements: [...remembered, ...besides(), ...statements], condition: and(first, condition === null ? undefined : sql`(${condition})`) ?? null, result: value, line, ...(afterwards ? { afterwards } : {}) };
}

/** @throws PlatformError `idempotency-key-reused` when the key had something else done */
async function resultOf({ db, cause }: ActionContext, { key, fingerprint }: Once): Promise<string | null> {
  const row = await db.first(actionResults, eq(actionResults.key, key));
  if (!row) return null;
  if (row.fingerprint === null || row.fingerprint === fingerprint) return row.result;
  throw new PlatformError(
    "idempotency-key-reused",
    cause === null
      ? `The Idempotency-Key had ${row.action} carried out with other params: send the same, or take another key.`
      : `An earlier attempt of this step had ${row.action} carried out with other params, and it is done once. Work out before the step what changes from attempt to attempt, or give each call a step of its own; retrying from this step does it again.`,
  );
}
