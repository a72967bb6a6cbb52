/**
 * What keeps a bundle that loads from being deployed, and how that is said.
 * @module
 */
import type { BundleManifest, DeploymentRequest } from "../../../sdk/schema/manifest.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { flowProblems } from "../flow/check.ts";
import type { BundleProblem } from "../ports.ts";
import { scheduleProblems } from "../schedules/point.ts";
import { reservedProblems } from "../workflows/reserved.ts";
import { findTwins } from "./twins.ts";

export function manifestFaults(manifest: BundleManifest, request: Pick<DeploymentRequest, "exports">, now: number): BundleProblem[] {
  const twins = findTwins(manifest, request);
  return twins.length > 0 ? twins : [...reservedProblems(manifest), ...scheduleProblems(manifest, now), ...flowProblems(manifest)];
}

export function rejection(problems: readonly BundleProblem[]): PlatformError {
  // Line 0 stands for a file as a whole.
  const say = ({ file, line, column, message }: BundleProblem) => `${file}${line > 0 ? `:${line}:${column}` : ""} ${message}`.trim();
  const errors = problems.map((problem) => ({ pointer: pointerTo(problem.file), detail: say(problem) }));
  return new PlatformError("bundle-rejected", errors[0]?.detail ?? "The bundle does not load.", errors);
}

function pointerTo(file: string): string {
  return file ? `/modules/${file.replaceAll("~", "~0").replaceAll("/", "~1")}` : "/modules";
}
