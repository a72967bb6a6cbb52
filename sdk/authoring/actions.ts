/**
 * What workflow code has the platform do, besides with records (./crm.ts). What goes in and
 * comes out is declared in sdk/schema/actions.
 * @module
 */
import { actionDoor } from "../schema/actions/door.ts";
import type { ownSpecs } from "../schema/actions/index.ts";
import type { ParamsOf, ResultOf } from "../schema/actions/spec.ts";
import type { RecordOf } from "../schema/crm/entity.ts";
import type { EntityOf } from "../schema/crm/index.ts";

type Own = typeof ownSpecs;
type In<Name extends keyof Own> = ParamsOf<Own[Name]>;
type Out<Name extends keyof Own> = ResultOf<Own[Name]>;

const act = <T>(action: string, params: unknown, reads = false): Promise<T> => actionDoor.open()(action, params, { reads }) as Promise<T>;

/**
 * Inside a step part of it, between steps a durable step of its own, named after the action.
 * @example
 * ```ts
 * import { actions, on, workflow } from "everstep";
 *
 * export const dispatch = workflow({ id: "dispatch", on: [on.event("ticket.created", { filter: { priority: "critical" } })] }, async ({ input }) => {
 *   const { user_id } = await actions.assign({ record: { type: "ticket", id: input.id }, strategy: "least_loaded", among: { role: "member" } });
 *   await actions.notify({ to: { users: [user_id] }, title: "A critical ticket is yours", link: `/tickets/${input.id}` });
 * });
 * ```
 */
export const actions = {
  /** Gives a record to a person: a named one, each in turn, or whoever has the fewest open ones. @throws ActionRefusedError `conflict` when there is nobody */
  assign: (params: In<"assign">) => act<Out<"assign">>("assign", params),
  /** Members of the tenant, the longest there first. */
  findUsers: (params: In<"findUsers"> = {}) => act<Out<"findUsers">>("find_users", params, true),
  /** Tells people in the application. */
  notify: (params: In<"notify">) => act<Out<"notify">>("notify", params),
  createTask: (params: In<"createTask">) => act<RecordOf<EntityOf<"task">>>("create_task", params),
  createNote: (params: In<"createNote">) => act<RecordOf<EntityOf<"note">>>("create_note", params),
  logActivity: (params: In<"logActivity">) => act<RecordOf<EntityOf<"activity">>>("log_activity", params),
  /** Queued exactly once, sent at least once. */
  sendEmail: (params: In<"sendEmail">) => act<Out<"sendEmail">>("send_email", params),
  /** The same as `step.sendEvent`, also inside a step. */
  publishEvent: (params: In<"publishEvent">) => act<Out<"publishEvent">>("events.publish", params),
  /** Delivers an event to one of the tenant's outbound webhooks. */
  webhook: (params: In<"webhook">) => act<Out<"webhook">>("webhook", params),
  /**
   * At least once, with the same Idempotency-Key for every attempt.
   * @throws ActionRefusedError for answers from 400 on that would be the same again, unless `fail_on_status` is false
   */
  httpRequest: (params: In<"httpRequest">) => act<Out<"httpRequest">>("http_request", params),
  /** Of the tenant, or of the workflow. This execution keeps what it saw when it began. */
  setVariable: (params: In<"setVariable">) => act<Out<"setVariable">>("set_variable", params),
} as const;
