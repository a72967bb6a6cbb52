import type { BundleManifest, DeploymentRequest } from "../../../sdk/schema/manifest.ts";
import type { BundleProblem } from "../ports.ts";

/** Ids that more than one workflow of a bundle has: nobody could say which of them runs. */
export function findTwins(manifest: BundleManifest, { exports = {} }: Pick<DeploymentRequest, "exports">): BundleProblem[] {
  const byId = new Map<string, string[]>();
  for (const { id, export: name } of manifest.workflows) byId.set(id, [...(byId.get(id) ?? []), name]);
  const say = (name: string): string => {
    const origin = Object.hasOwn(exports, name) ? exports[name] : undefined;
    if (!origin) return `the export \`${name}\``;
    return `${origin.name === "default" ? "the default export" : `the export \`${origin.name}\``} of ${origin.file}`;
  };
  return [...byId]
    .filter(([, names]) => names.length > 1)
    .map(([id, names]) => ({ file: "", line: 0, column: 0, message: `${names.length} workflows have the id \`${id}\`: ${names.map(say).join(" and ")}. Give each an id of its own.` }));
}
