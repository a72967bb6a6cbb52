/**
 * Actions that people and keys have carried out, or shown before: under their own permissions
 * and scopes, as if they did it through the interface of each thing.
 * @module
 */
import { z } from "zod";
import { type Category, categories, type Effect } from "../../sdk/schema/actions/spec.ts";
import { decode } from "../../sdk/schema/codec.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { audited } from "../domain/audit/record.ts";
import type { TenantContext } from "../domain/context.ts";
import { actorId, recordContext } from "../domain/records/context.ts";
import { type Action, type ActionContext, mustHave } from "./action.ts";
import { carryOutAction, fingerprintOf, parsed } from "./carry-out.ts";
import { actions } from "./registry.ts";

const schema = z.record(z.string(), z.json()).describe("JSON Schema");
export const actionView = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  category: z.enum(Object.keys(categories) as [Category, ...Category[]]),
  effect: z.enum(["reads", "changes", "sends"] satisfies [Effect, ...Effect[]]).describe("`changes`: the tenant's data, exactly once; `sends`: reaches outside, at least once"),
  permission: z.string().nullable().describe("Needed by hand, besides `actions.execute`; null: that of what it is about"),
  call: z.string().describe("As workflows write it"),
  params: schema,
  result: schema,
});
export type ActionView = z.infer<typeof actionView>;

export const actionsQuery = z.object({ category: z.enum(Object.keys(categories) as [Category, ...Category[]]).optional(), id: z.string().max(100).optional().describe("Only this one") });

const schemaOf = (of: z.ZodType, io: "input" | "output"): ActionView["params"] => z.toJSONSchema(of, { io, unrepresentable: "any" }) as ActionView["params"];

let views: readonly ActionView[] | undefined;

export function listActions({ category, id }: z.infer<typeof actionsQuery>): ActionView[] {
  views ??= [...actions.values()].map(({ spec: { params, result, ...spec } }) => ({ ...spec, params: schemaOf(params, "input"), result: schemaOf(result, "output") }));
  return views.filter((one) => (category === undefined || one.category === category) && (id === undefined || one.id === id));
}

export const actionBody = z.strictObject({ action: z.string().max(100).describe("An action's id; `GET /actions` lists them"), params: z.record(z.string().max(100), z.json()).default({}) });
export type Asked = z.infer<typeof actionBody>;

export const actionResult = z.object({ action: z.string(), result: z.json() });

const fields = z.record(z.string(), z.json());
export const actionPreview = z.object({
  action: z.string(),
  title: z.string(),
  effect: z.enum(["reads", "changes", "sends"]),
  changes: z.array(z.object({ type: z.string(), id: z.string().nullable().describe("Null: it would be made"), before: fields.nullable(), after: fields.nullable() })).describe("What would be different: of changes only the fields concerned"),
  result: z.json().describe("Of what only reads; else null"),
});

function contextOf(ctx: TenantContext, key: string, preview: boolean): ActionContext {
  return { ...recordContext(ctx), cause: null, key, preview };
}

/** @throws PlatformError `bad-request` */
function found(id: string): Action {
  const one = actions.get(id);
  if (!one) throw new PlatformError("bad-request", `/action: there is no action ${JSON.stringify(id)}. \`GET /api/v1/actions\` lists them.`, [{ pointer: "/action", detail: "no such action" }]);
  return one;
}

const plain = (value: unknown) => (value === undefined ? null : (JSON.parse(JSON.stringify(value)) as z.infer<ReturnType<typeof z.json>>));

/**
 * Carries an action out. The same Idempotency-Key gets the first result again.
 * @throws PlatformError as the action refuses it
 */
export async function executeAction({ ctx, input: { action, params }, key }: { ctx: TenantContext; input: Asked; key: string | null }): Promise<z.infer<typeof actionResult>> {
  const one = found(action);
  const own = `hand:${ctx.actor.kind}:${actorId(recordContext(ctx))}:${key ?? ctx.requestId}`;
  const acting = contextOf(ctx, own, false);
  const once = key === null ? null : { key: own, fingerprint: await fingerprintOf(action, params) };
  const value = await carryOutAction(acting, one, params, once, () => [audited(acting, { action: "action.execute", entityId: action, after: { params: Object.keys(params) } })]);
  return { action, result: plain(decode(value)) };
}

/**
 * What an action would change. Nothing is changed, nothing is sent.
 * @throws PlatformError as the action would refuse it
 */
export async function previewAction({ ctx, input: { action, params } }: { ctx: TenantContext; input: Asked }): Promise<z.infer<typeof actionPreview>> {
  const one = found(action);
  const acting = contextOf(ctx, `preview:${ctx.requestId}`, true);
  mustHave(acting, one.spec);
  const { changes = [], result } = await one.plan(acting, parsed(one, params));
  const { title, effect } = one.spec;
  const shown = changes.map(({ type, id, before, after }) => ({ type, id: before === null && type !== "notification" && type !== "http_request" ? null : id, before: plain(before) as Record<string, never> | null, after: plain(after) as Record<string, never> | null }));
  return { action, title, effect, changes: shown, result: effect === "reads" ? plain(result) : null };
}
