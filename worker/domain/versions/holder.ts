import type { DeploymentRequest, WorkflowManifest } from "../../../sdk/schema/manifest.ts";

type Sources = Pick<DeploymentRequest, "sources" | "exports">;

/**
 * Path of the file that holds a workflow; null when the sources do not say. What is exported
 * through an index is looked for in the other files, by its id.
 */
export function holderOf({ sources, exports = {} }: Sources, { id, export: name }: Pick<WorkflowManifest, "id" | "export">): string | null {
  const exported = Object.hasOwn(exports, name) ? exports[name]?.file : undefined;
  const known = exported !== undefined && Object.hasOwn(sources, exported) ? exported : null;
  const says = new RegExp(`\\bid\\s*[:=]\\s*(["'\`])${id}\\1`);
  if (known !== null && says.test(sources[known] ?? "")) return known;
  const saying = Object.keys(sources).filter((file) => says.test(sources[file] ?? ""));
  if (saying.length === 1) return saying[0] ?? null;
  const [only, ...others] = Object.keys(sources);
  return known ?? (others.length === 0 ? (only ?? null) : null);
}
