/**
 * A workflow's source as a value that runs.
 */
import { transform } from "sucrase";
import * as zod from "zod";
import * as everstep from "../../sdk/authoring/index.ts";
import type { Workflow } from "../../sdk/authoring/index.ts";

const modules: Record<string, unknown> = { everstep, zod };

/** The default export. @throws SyntaxError when it is no TypeScript */
export function workflowOf(source: string): Workflow<string, unknown> {
  const { code } = transform(source, { transforms: ["typescript", "imports"], disableESTransforms: true });
  const exports: { default?: unknown } = {};
  new Function("require", "exports", code)((name: string) => modules[name], exports);
  return exports.default as Workflow<string, unknown>;
}
