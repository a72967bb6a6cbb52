/**
 * What of an input flow control goes by. Pure.
 * @module
 */
import { decode, spilledIn } from "../../sdk/schema/codec.ts";
import type { FlowManifest } from "../../sdk/schema/flow.ts";

export interface Keys {
  concurrency: string;
  rate: string;
  throttle: string;
  single: string;
  group: string;
  priority: number;
}

const longest = 200;

function at(value: unknown, path: string): unknown {
  let found = value;
  for (const part of path.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, part)) return null;
    found = (found as Record<string, unknown>)[part];
  }
  return found;
}

/** A value as a key: missing ones are all `null`, long ones are cut where they are still told apart. */
function text(value: unknown): string {
  const json = JSON.stringify(value ?? null, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part)) ?? "null";
  return json.length <= longest ? json : `${json.slice(0, longest)}#${json.length}:${checksum(json)}`;
}

/** FNV-1a, twice with different beginnings. */
function checksum(value: string): string {
  let [one, two] = [0x811c9dc5, 0x01234567];
  for (let index = 0; index < value.length; index++) {
    one = Math.imul(one ^ value.charCodeAt(index), 0x01000193);
    two = Math.imul(two ^ value.charCodeAt(index), 0x01000193) + index;
  }
  return `${(one >>> 0).toString(16)}${(two >>> 0).toString(16)}`;
}

/** @param input encoded; large ones that lie elsewhere have no keys */
export function keysOf(flow: FlowManifest, input: string): Keys {
  const value = spilledIn(input) === null ? decode(input) : null;
  const key = (rule: { key?: string | undefined } | undefined): string => (rule?.key === undefined ? "" : text(at(value, rule.key)));
  const priority = typeof flow.priority === "string" ? at(value, flow.priority) : (flow.priority ?? 0);
  return {
    concurrency: key(flow.concurrency),
    rate: key(flow.rate_limit),
    throttle: key(flow.throttle),
    single: key(flow.singleton),
    group: key(flow.debounce ?? flow.batch),
    priority: typeof priority === "number" && Number.isFinite(priority) ? priority : 0,
  };
}
