/**
 * An execution as a trace, in the JSON of OTLP: one span for it, one for each step of its last
 * run. Names, kinds, times and codes; never what a workflow got, made or said.
 * @module
 */
import type { Execution } from "../../durable-objects/execution/state.ts";
import type { ErrorRecord } from "../../sdk/schema/execution.ts";
import type { StepRow } from "../../sdk/schema/journal.ts";
import { spanIdOf, traceOf } from "./trace-context.ts";

type Value = { stringValue: string } | { intValue: string } | { boolValue: boolean };
export interface Attribute {
  key: string;
  value: Value;
}

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  /** 1 internal, 2 server. */
  kind: 1 | 2;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  droppedAttributesCount?: number;
  events?: { timeUnixNano: string; name: string; attributes: Attribute[] }[];
  links?: { traceId: string; spanId: string; attributes: Attribute[] }[];
  /** 0 unset, 1 ok, 2 error. */
  status: { code: 0 | 1 | 2; message?: string };
}

/** Steps of one trace; of more, their number. */
const mostSteps = 1_000;
/** Executions that led to this one, as links. */
const mostLinks = 10;

const nano = (ms: number): string => `${Math.max(0, Math.floor(ms))}000000`;
const attributes = (values: Record<string, string | number | null | undefined>): Attribute[] =>
  Object.entries(values).flatMap(([key, value]) => (value === null || value === undefined ? [] : [{ key, value: typeof value === "number" ? { intValue: String(Math.trunc(value)) } : { stringValue: value } }]));

/** @param rows of its journal: of several with one key the last one counts, those before are attempts that failed */
export function traceSpans({ request, status, error, completedAt, run }: Execution, rows: readonly StepRow[]): Span[] {
  const { id, trigger } = request;
  const { traceId, parent } = traceOf(id, trigger.traceparent);
  const root = spanIdOf(id);
  const end = completedAt ?? request.createdAt;
  const steps = byKey(rows);
  const whole: Span = {
    traceId,
    spanId: root,
    ...(parent === null ? {} : { parentSpanId: parent }),
    name: request.workflowId,
    kind: trigger.kind === "api" || trigger.kind === "webhook" || trigger.kind === "manual" ? 2 : 1,
    startTimeUnixNano: nano(request.createdAt),
    endTimeUnixNano: nano(Math.max(end, request.createdAt)),
    attributes: attributes({
      "everstep.tenant": request.tenant,
      "everstep.workflow": request.workflowId,
      "everstep.version": request.version,
      "everstep.execution": id,
      "everstep.trigger": trigger.kind,
      "everstep.status": status,
      "everstep.run": run,
      "everstep.parent": request.parent?.id,
      "everstep.steps": steps.length,
      "error.type": status === "failed" ? codeOf(error) : null,
    }),
    links: linksOf(request),
    status: status === "failed" ? { code: 2, message: codeOf(error) ?? "failed" } : { code: status === "completed" ? 1 : 0 },
  };
  return [whole, ...steps.slice(0, mostSteps).map((history) => stepSpan(id, traceId, root, history, end))];
}

function byKey(rows: readonly StepRow[]): StepRow[][] {
  const histories = new Map<string, StepRow[]>();
  for (const row of rows) {
    const known = histories.get(row[0]);
    if (known) known.push(row);
    else histories.set(row[0], [row]);
  }
  return [...histories.values()];
}

function stepSpan(executionId: string, traceId: string, root: string, history: readonly StepRow[], end: number): Span {
  const [key, name, , kind, status, , , attempt, startedAt, endedAt, , , error] = history.at(-1) as StepRow;
  const failed = errorOf(error);
  return {
    traceId,
    spanId: spanIdOf(executionId, key),
    parentSpanId: root,
    name,
    kind: 1,
    startTimeUnixNano: nano(startedAt),
    endTimeUnixNano: nano(Math.max(startedAt, endedAt ?? end)),
    attributes: attributes({ "everstep.step": key, "everstep.step.kind": kind, "everstep.step.status": status, "everstep.step.attempts": attempt, "error.type": status === "failed" ? codeOf(failed) : null }),
    events: history.flatMap(([, , , , then, , , number, , , due, , why]) => (then === "retrying" && due !== null ? [{ timeUnixNano: nano(due), name: "retry", attributes: attributes({ "everstep.step.attempt": number, "error.type": codeOf(errorOf(why)) }) }] : [])),
    status: status === "failed" ? { code: 2, message: codeOf(failed) ?? "failed" } : { code: status === "completed" ? 1 : 0 },
  };
}

/** The executions that led to it by an event, the latest first. A parent's span is the one above. */
function linksOf({ trigger }: Execution["request"]): NonNullable<Span["links"]> {
  if (trigger.kind === "child") return [];
  const led = [...(trigger.chain ?? [])].reverse().slice(0, mostLinks);
  return led.map(({ execution_id, workflow_id }) => ({ traceId: traceOf(execution_id, null).traceId, spanId: spanIdOf(execution_id), attributes: attributes({ "everstep.workflow": workflow_id, "everstep.execution": execution_id }) }));
}

function errorOf(text: string | null): ErrorRecord | null {
  return text === null ? null : (JSON.parse(text) as ErrorRecord);
}

/** Messages of errors may say anything, and code may call its errors anything: only what is plainly a code or a class is shown. */
function codeOf(error: ErrorRecord | null): string | null {
  if (error === null) return null;
  const { code, name } = error;
  if (code !== undefined && /^[a-z]+(-[a-z]+)*$/.test(code)) return code;
  return /^[A-Z]\w{0,60}(Error|Exception)$|^Error$/.test(name) ? name : "error";
}
