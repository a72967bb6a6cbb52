/**
 * Whether the keys of a workflow's flow control are in its input, as far as its schema says.
 * @module
 */
import type { FlowManifest } from "../../../sdk/schema/flow.ts";
import type { BundleManifest } from "../../../sdk/schema/manifest.ts";
import type { BundleProblem } from "../ports.ts";

export function flowProblems({ workflows }: BundleManifest): BundleProblem[] {
  return workflows.flatMap(({ id, flow, input_schema }) => {
    const faults = flow ? pathsOf(flow).flatMap(([where, path]) => missing(input_schema, path).map((fault) => `\`flow.${where}\`: ${fault}`)) : [];
    return faults.map((fault) => ({ file: "", line: 0, column: 0, message: `workflow \`${id}\`, ${fault}` }));
  });
}

function pathsOf({ concurrency, rate_limit, throttle, debounce, batch, priority, singleton }: FlowManifest): [string, string][] {
  const keys: [string, string | undefined][] = [
    ["concurrency.key", concurrency?.key],
    ["rateLimit.key", rate_limit?.key],
    ["throttle.key", throttle?.key],
    ["debounce.key", debounce?.key],
    ["batch.key", batch?.key],
    ["singleton.key", singleton?.key],
    ["priority", typeof priority === "string" ? priority : undefined],
  ];
  return keys.flatMap(([where, path]) => (path === undefined ? [] : [[where, path]]));
}

/** Looks down the schema as long as it names its members. */
function missing(schema: unknown, path: string): string[] {
  let at = schema;
  for (const part of path.split(".")) {
    if (typeof at !== "object" || at === null) return [];
    const { properties, additionalProperties } = at as { properties?: Record<string, unknown>; additionalProperties?: unknown };
    if (typeof properties !== "object" || properties === null) return [];
    if (!Object.hasOwn(properties, part)) {
      if (typeof additionalProperties === "object" && additionalProperties !== null) return [];
      return [`the input has no \`${part}\` of \`${path}\`; there ${Object.keys(properties).length === 0 ? "is nothing" : `is ${Object.keys(properties).slice(0, 20).map((name) => `\`${name}\``).join(", ")}`}`];
    }
    at = properties[part];
  }
  return [];
}
