/**
 * All executions that begin from now on: a line at their start and end, their logs between.
 * @module
 */
import type { Client } from "../client/index.ts";
import { logLine } from "./commands/logs.ts";
import { duration, safe } from "./format.ts";
import type { Paint } from "./output.ts";
import { statusText } from "./timeline.ts";
import { isOver } from "./watch.ts";

interface Followed {
  lastLog: number;
  status: string;
  over: boolean;
}

/** @returns a function that prints what happened since its last call */
export function createFollower(client: Client, print: (line: string) => void, paint: Paint): () => Promise<void> {
  const followed = new Map<string, Followed>();
  let first = true;
  return async () => {
    const { data } = await client.executions.list({ limit: 50 });
    for (const summary of oldestFirst(data)) {
      const { id, workflow_id, status, duration_ms, error_message } = summary;
      const known = followed.get(id);
      const state = known ?? { lastLog: 0, status: "", over: false };
      if (!known) followed.set(id, state);
      // What ran before `dev` began is not news.
      if (first && !known) Object.assign(state, { over: isOver(status), status });
      if (state.over) continue;
      const name = `${paint.bold(workflow_id)} ${paint.dim(id)}`;
      if (!known && !first) print(`${name} ${paint.blue("▸ started")}`);
      for (const entry of await client.executions.logs(id, { after: state.lastLog })) {
        state.lastLog = entry.seq;
        print(`${name} ${logLine(entry, paint)}`);
      }
      if (state.status !== status && status !== "running") {
        const took = duration_ms === null ? "" : ` in ${duration(duration_ms)}`;
        print(`${name} ${statusText(status, paint)}${took}${error_message ? `: ${safe(error_message)}` : ""}`);
      }
      Object.assign(state, { status, over: isOver(status) });
    }
    first = false;
    for (const id of followed.keys()) if (followed.size > 500 && followed.get(id)?.over) followed.delete(id);
  };
}

function oldestFirst<T>(newestFirst: readonly T[]): T[] {
  return newestFirst.map((_, index) => newestFirst[newestFirst.length - 1 - index] as T);
}
