/**
 * What starts a workflow: `trigger_type` and `trigger_config` ⇄ `on.…`.
 * @module
 */
import { eventCatalogue } from "../../schema/event-catalogue.ts";
import { isEventType, eventTypeHint } from "../../schema/event-type.ts";
import { entityOfKind } from "../../schema/crm/index.ts";
import type { AnyEntity } from "../../schema/crm/entity.ts";
import { faultOf } from "../../schema/filter.ts";
import type { WorkflowJson } from "../../schema/workflow-steps.ts";
import { variableName } from "../generate/names.ts";
import { literal, object, type TriggerSpec, valueOfJson, type InputFieldSpec } from "../generate/spec.ts";
import { bareSchema, type Source } from "./access.ts";

export interface TriggerPlan {
  triggers: TriggerSpec[];
  input?: readonly InputFieldSpec[] | string;
  /** What the input is called. */
  inputName: string;
  source: Source;
  /** The input is this record itself: `trigger.ticket.id` is its id. */
  record: AnyEntity | null;
}

type Config = Record<string, unknown>;

/** @throws Error saying what is wrong */
export function triggerOf({ trigger_type: type, trigger_config: config }: Pick<WorkflowJson, "trigger_type" | "trigger_config">): TriggerPlan {
  switch (type) {
    case "event":
      return eventTrigger(config);
    case "schedule": {
      const cron = config["cron_expression"] ?? config["cron"];
      if (typeof cron !== "string") throw new Error("trigger_config of a schedule needs cron_expression");
      const { timezone, missed, overlap, dst } = config;
      const options = Object.entries({ timezone, missed, overlap, dst }).filter(([, value]) => value !== undefined && value !== null);
      return { triggers: [{ kind: "schedule", args: [literal(cron), ...(options.length > 0 ? [valueOfJson(Object.fromEntries(options))] : [])] }], inputName: "input", source: { text: "input", schema: null, maybe: false }, record: null };
    }
    case "webhook": {
      const { path, scheme, events } = config;
      if (typeof path !== "string") throw new Error("trigger_config of a webhook needs path");
      return { triggers: [{ kind: "webhook", args: [valueOfJson({ path, ...(scheme == null ? {} : { scheme }), ...(events == null ? {} : { events }) })] }], input: inputOf(config), inputName: "input", source: { text: "input", schema: null, maybe: false }, record: null };
    }
    default:
      return { triggers: type === "api" ? [{ kind: "api" }] : [{ kind: "manual" }, { kind: "api" }], input: inputOf(config), inputName: "input", source: { text: "input", schema: null, maybe: false }, record: null };
  }
}

function inputOf({ input }: Config): readonly InputFieldSpec[] | string {
  if (typeof input === "string") return input;
  return Array.isArray(input) && input.length > 0 ? (input as InputFieldSpec[]) : "z.any()";
}

function eventTrigger(config: Config): TriggerPlan {
  const type = config["event"] ?? config["event_type"];
  if (typeof type !== "string" || !isEventType(type)) throw new Error(`trigger_config of an event needs event: ${eventTypeHint}`);
  const filter = (config["filters"] ?? config["filter"]) as unknown;
  const given = typeof filter === "object" && filter !== null && Object.keys(filter).length > 0;
  const fault = given ? faultOf(filter) : null;
  if (fault !== null) throw new Error(`filters of the trigger: ${fault}`);
  const known = Object.hasOwn(eventCatalogue, type) ? eventCatalogue[type as keyof typeof eventCatalogue] : null;
  const record = /^[a-z_]+\.(?:created|updated|deleted)$/.test(type) && known ? (entityOfKind.get(known.record ?? "") ?? null) : null;
  const inputName = record ? variableName(record.kind) : "input";
  return {
    triggers: [{ kind: "event", args: [literal(type), ...(given ? [object({ filter: valueOfJson(filter) })] : [])] }],
    ...(known ? {} : { input: "z.any()" }),
    inputName,
    source: { text: inputName, schema: known ? bareSchema(known.data).schema : null, maybe: false },
    record,
  };
}
