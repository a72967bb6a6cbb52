/**
 * The main module used once per deployment: loads the bundle and says what it holds.
 * @module
 */
import "everstep:guard-core";
import { WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";
import { toJSONSchema } from "zod";
import { durationMs } from "../../../sdk/authoring/duration.ts";
import { flowOf } from "../../../sdk/authoring/flow.ts";
import { findWorkflows } from "../../../sdk/runtime/programs.ts";

export function makeManifest(bundle: Record<string, unknown>) {
  return class Manifest extends WorkerEntrypoint {
    /** Plain data for sdk/schema/manifest.ts to check. */
    async manifest(): Promise<unknown> {
      const is = (value: unknown): boolean => typeof value === "function" && value.prototype instanceof WorkflowEntrypoint;
      const found = findWorkflows(bundle, { is, construct: (Class) => new Class(this.ctx, {}) });
      return {
        workflows: found.map(({ id, export: name, style, options }) => ({
          id,
          title: options?.title ?? id,
          ...(options?.description === undefined ? {} : { description: options.description }),
          export: name,
          style,
          on: options?.on ?? [{ kind: "manual" }, { kind: "api" }],
          input_schema: options?.input ? inputSchema(options.input) : null,
          placement: options?.placement ?? "own",
          ...(options?.retries && typeof options.retries.delay !== "function" ? { retries: options.retries } : {}),
          ...(options?.flow ? { flow: flowOf(options.flow) } : {}),
          ...(options?.timeout === undefined ? {} : { timeout_ms: durationMs(options.timeout) }),
        })),
      };
    }
  };
}

/** A schema that JSON Schema cannot say (a transform, a Date) is left open there. */
function inputSchema(schema: unknown): unknown {
  try {
    return toJSONSchema(schema as Parameters<typeof toJSONSchema>[0], { io: "input", unrepresentable: "any" });
  } catch {
    return null;
  }
}
