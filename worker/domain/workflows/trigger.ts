/**
 * What starts a workflow, as bodies of requests say it.
 * @module
 */
import { z } from "zod";
import type { Operation, Written } from "../../../sdk/graph/edit/index.ts";
import type { ValueSpec } from "../../../sdk/graph/generate/spec.ts";
import type { WorkflowGraph } from "../../../sdk/graph/index.ts";
import { triggerOf } from "../../../sdk/graph/steps/trigger.ts";
import type { TriggerManifest } from "../../../sdk/schema/manifest.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { stepTriggerTypes } from "../../../sdk/schema/workflow-steps.ts";

export const triggerFields = {
  trigger_type: z.enum(stepTriggerTypes).optional(),
  trigger_config: z.record(z.string(), z.json()).optional().describe("Of an event `{ event, filters }`, where null stands for any value; of a schedule `{ cron, timezone, … }`; of a webhook `{ path, scheme, events }`"),
};

interface Asked {
  trigger_type: (typeof stepTriggerTypes)[number] | undefined;
  trigger_config: Record<string, unknown> | undefined;
}

/** The first of its triggers is another one; null: it is as it was. @throws PlatformError `bad-request` */
export function triggerOperation({ triggers }: WorkflowGraph, before: TriggerManifest | null, { trigger_type: type = before?.kind ?? "manual", trigger_config: config = {} }: Asked): Operation | null {
  if (before?.kind === type && (type === "manual" || type === "api")) return null;
  const [trigger] = planned(type, config);
  if (!trigger) return null;
  const made = { kind: trigger.kind, args: (trigger.args ?? []).map(written) };
  return triggers.length === 0 ? { op: "addTrigger", trigger: made } : { op: "setTrigger", index: 0, trigger: made };
}

function planned(trigger_type: NonNullable<Asked["trigger_type"]>, config: Record<string, unknown>) {
  try {
    return triggerOf({ trigger_type, trigger_config: z.record(z.string(), z.json()).parse(config) }).triggers;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new PlatformError("bad-request", `/trigger_config: ${detail}`, [{ pointer: "/trigger_config", detail }]);
  }
}

function written(value: ValueSpec): Written {
  switch (value.form) {
    case "literal":
      return value.value;
    case "array":
      return value.items.map(written);
    case "object":
      return Object.fromEntries(value.fields.map((field) => [field.key, written(field.value)]));
    case "code":
      return { $expression: value.text };
    case "template":
      throw new TypeError("a trigger has no places to fill in");
  }
}
