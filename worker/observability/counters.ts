/**
 * What is counted, and the calls that count it. Labels are of few values: never a tenant, an
 * id, or anything that callers choose.
 * @module
 */
import type { ExecutionStatus } from "../../sdk/schema/execution.ts";
import type { StepRow } from "../../sdk/schema/journal.ts";
import { Counter, exposition, Gauge, Histogram } from "./metrics.ts";

const requests = new Counter("everstep_http_requests_total", "HTTP requests by route, method and class of status", ["method", "route", "status"]);
const durations = new Histogram("everstep_http_request_duration_seconds", "Time until the answer began", [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60], ["method", "route"]);
const began = new Counter("everstep_executions_started_total", "Executions that began, children among them");
const ended = new Counter("everstep_executions_ended_total", "Executions that ended, by status", ["status"]);
const turns = new Counter("everstep_turns_total", "Turns of executions; one that crashed counts for nothing and is tried again", ["outcome"]);
const steps = new Counter("everstep_steps_total", "Steps that ended, by kind and status", ["kind", "status"]);
const retries = new Counter("everstep_step_retries_total", "Attempts of steps that failed and are made again");
const hooks = new Counter("everstep_hook_deliveries_total", "Webhook calls that came in", ["outcome"]);
const webhooks = new Counter("everstep_webhook_deliveries_total", "Attempts to deliver outbound webhooks", ["outcome"]);
const mails = new Counter("everstep_mails_total", "Attempts to send mail", ["outcome"]);
const sockets = new Gauge("everstep_sockets", "Open sockets of /updates");
const traces = new Counter("everstep_traces_total", "Traces of executions, by what became of them", ["outcome"]);
const queues = new Gauge("everstep_queue_length", "What waits to be done, by queue; of the whole installation", ["queue"]);

const families = [requests, durations, began, ended, turns, steps, retries, hooks, webhooks, mails, sockets, traces, queues] as const;

const methods = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]);

/** @param route as it is declared: `/api/v1/users/:id` */
export function requestAnswered({ method, route, status, ms }: { method: string; route: string; status: number; ms: number }): void {
  const name = methods.has(method) ? method : "OTHER";
  requests.add([name, route, `${Math.floor(status / 100)}xx`]);
  durations.observe(ms / 1000, [name, route]);
  if (route === "/hooks/:tenant/:path") hooks.add([status < 300 ? "accepted" : status < 500 ? "refused" : "failed"]);
}

export function executionBegan(): void {
  began.add();
}

export function executionEnded(status: ExecutionStatus): void {
  ended.add([status]);
}

export function turnEnded(outcome: "ended" | "crashed"): void {
  turns.add([outcome]);
}

/** Steps that have changed. */
export function stepsProgressed(rows: readonly StepRow[]): void {
  for (const [, , , kind, status] of rows) {
    if (status === "retrying") retries.add();
    else if (status === "completed" || status === "failed" || status === "cancelled") steps.add([kind, status]);
  }
}

/** One attempt to deliver an outbound webhook. */
export function webhookDelivered(outcome: "delivered" | "failed" | "given_up"): void {
  webhooks.add([outcome]);
}

/** One attempt to send a mail. */
export function mailSent(outcome: "sent" | "failed" | "given_up"): void {
  mails.add([outcome]);
}

export function tracesDone(outcome: "exported" | "dropped", count: number): void {
  traces.add([outcome], count);
}

/** Sockets by tenant: the figures of several objects are one gauge. */
const open = new Map<string, number>();
export function openSockets(tenant: string, count: number): void {
  if (count === 0) open.delete(tenant);
  else open.set(tenant, count);
}

export function metricsText(queueLengths: Readonly<Record<string, number>>): string {
  sockets.set([...open.values()].reduce((sum, count) => sum + count, 0));
  for (const [queue, length] of Object.entries(queueLengths)) queues.set(length, [queue]);
  return exposition(families);
}
