/**
 * What people do to executions: pause, resume, cancel, retry. Checks and effects are those of
 * the platform's own (durable-objects/execution/lifecycle.ts).
 * @module
 */
import { planRetry } from "../runtime/retry-plan.ts";
import type { Host } from "./host.ts";

export type Steering =
  | { verb: "pause" }
  | { verb: "resume" }
  | { verb: "cancel"; rollback: boolean; reason: string }
  /** `from`: key of a step; null: the one that failed. */
  | { verb: "retry"; from: string | null };

/** Why an execution cannot be steered so now; null when it can. */
export function refusal(host: Host, steering: Steering): string | null {
  const status = host.running ? "running" : host.state.status;
  switch (steering.verb) {
    case "pause":
      return host.terminal ? `the execution is ${status}: only one that has not ended can be paused` : null;
    case "resume":
      return status === "paused" ? null : `the execution is ${status}: only a paused one can be resumed`;
    case "cancel":
      return host.terminal ? `the execution is ${status}: it cannot be cancelled` : null;
    case "retry": {
      if (steering.from === null) return ["failed", "stalled", "cancelled"].includes(status) ? null : `the execution is ${status}: only one that failed, stalled or was cancelled can be retried; name a step to begin again from there`;
      const keys = host.journal.steps().filter(({ kind }) => kind !== "rollback").map(({ key }) => key);
      return keys.includes(steering.from) ? null : `the execution has no step "${steering.from}"; its steps are ${keys.join(", ")}`;
    }
  }
}

/** Only what {@link refusal} allows. */
export function steer(host: Host, steering: Steering): void {
  const { state } = host;
  switch (steering.verb) {
    case "pause":
      state.pausing = host.running;
      if (host.running) host.turn?.stop("pause");
      else state.status = "paused";
      return;
    case "resume":
      state.status = "running";
      return host.begin();
    case "cancel":
      host.fence();
      state.pausing = false;
      state.error = { name: "CancelledError", code: "cancelled", message: steering.reason };
      if (!steering.rollback) return host.end("cancelled", state.error);
      state.mode = "rollback";
      state.status = "running";
      return host.begin();
    case "retry":
      return retry(host, steering.from);
  }
}

function retry(host: Host, from: string | null): void {
  const { state, journal, ports, start } = host;
  const now = ports.clock.now();
  const plan = planRetry(journal.steps(), state.error, from, now);
  if (!plan) return;
  host.fence();
  journal.keepOnly(plan.keeps);
  journal.write(plan.reopened);
  host.reset();
  state.retries++;
  if (from !== null) state.generation++;
  // The time it may take begins anew.
  if (start.timeoutMs !== null) state.timeoutAt = now + start.timeoutMs;
  host.begin();
}
