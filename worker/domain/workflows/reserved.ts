import type { BundleManifest } from "../../../sdk/schema/manifest.ts";
import type { BundleProblem } from "../ports.ts";

/** Names that stand in the interface where ids of workflows do: `GET /workflows/templates`. */
const reserved: ReadonlySet<string> = new Set(["approvals", "executions", "templates", "validate"]);

export const isReservedId = (id: string): boolean => reserved.has(id);

export function reservedProblems({ workflows }: BundleManifest): BundleProblem[] {
  return workflows.filter(({ id }) => isReservedId(id)).map(({ id }) => ({ file: "", line: 0, column: 0, message: `no workflow can have the id \`${id}\`: the interface has something else at /workflows/${id}. Give it another id.` }));
}
