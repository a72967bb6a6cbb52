/**
 * Who counts and shows what executions do.
 * @module
 */
import type { Observer } from "../../durable-objects/execution/ports.ts";
import type { Env } from "../env.ts";
import { realtimeOf } from "../events/objects.ts";
import { stepsProgressed, tracesDone } from "./counters.ts";
import { otlpTarget, TraceExporter } from "./otlp.ts";
import { traceSpans } from "./trace.ts";

/** One for the isolate, whoever's executions they are: what ends together is sent together. */
let exporter: { url: string; it: TraceExporter } | null = null;

function exporterOf(env: Env): TraceExporter | null {
  const target = otlpTarget(env);
  if (!target) return null;
  if (exporter?.url !== target.url) {
    const it = new TraceExporter(target, { fetch: (url, init) => fetch(url, init), wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)), now: Date.now, done: tracesDone });
    exporter = { url: target.url, it };
  }
  return exporter.it;
}

export function observerOf(env: Env, waitUntil: (work: Promise<unknown>) => void): Observer {
  return {
    publish: (tenant, messages) => realtimeOf(env, tenant).publish(messages),
    progressed: stepsProgressed,
    ended(execution, rows) {
      exporterOf(env)?.offer(traceSpans(execution, rows()), waitUntil);
    },
  };
}

/** Whether requests of steps say which trace they belong to. */
export function isTracing(env: Env): boolean {
  return otlpTarget(env) !== null;
}
