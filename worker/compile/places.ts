import { decode } from "@jridgewell/sourcemap-codec";
import type { DeploymentRequest } from "../../sdk/schema/manifest.ts";
import type { BundleProblem } from "../domain/ports.ts";
import { sourceColumn } from "./strip.ts";

/** Problems of compiled modules told as of the files they were compiled from; lines are the same. */
export function inSources({ main, maps = {} }: Pick<DeploymentRequest, "main" | "maps">): (problem: BundleProblem) => BundleProblem {
  return (problem) => {
    const path = problem.file === "" ? main : problem.file;
    const map = Object.hasOwn(maps, path) ? maps[path] : undefined;
    const file = map?.sources[0] ?? path;
    if (!map || problem.line < 1) return { ...problem, file };
    return { ...problem, file, column: sourceColumn(decode(map.mappings)[problem.line - 1], problem.column - 1) + 1 };
  };
}
