/**
 * Events to those who look on: on `events`, and on the topics of the record they are about. An
 * event that comes again is known by its id.
 * @module
 */
import type { OutboxEvent } from "../../../durable-objects/dispatcher/contract.ts";
import type { Audience, RealtimeMessage } from "../../../durable-objects/realtime/contract.ts";
import type { JsonObject } from "../../../db/schema/json.ts";
import { entityOfKind } from "../../../sdk/schema/crm/index.ts";
import { realtimeOf } from "../objects.ts";
import type { Sink } from "./sink.ts";

export const realtime: Sink = async (env, event) => {
  await realtimeOf(env, event.tenant_id).publish(messagesOf(event));
};

export function messagesOf({ id, type, data, previous, record_type, record_id, occurred_at }: OutboxEvent): RealtimeMessage[] {
  const record = record_type === null || record_id === null ? null : { type: record_type, id: record_id };
  const news = { type, data: { id, type, at: new Date(occurred_at).toISOString(), record, data, previous }, about: { id, type, ...(record ? { record_type: record.type, record_id: record.id } : {}) }, maskable: true, ...audienceOf(record_type, data), key: id };
  const topics = ["events", ...(record ? [`records:${record.type}`, `records:${record.type}:${record.id}`] : [])];
  return topics.map((topic) => ({ topic, ...news }));
}

/** Of records of the CRM: who may read them by what the event says of whose they are. */
function audienceOf(kind: string | null, data: JsonObject): { audience?: Audience } {
  const of = kind === null ? undefined : entityOfKind.get(kind);
  if (!of) return {};
  const said = (name: string | null): string | null => (name !== null && typeof data[name] === "string" ? data[name] : null);
  return { audience: { permission: `${of.permission}.read`, entity: of.path, owner: said(of.owner), team: said("team_id") } };
}
