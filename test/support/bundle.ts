/**
 * Bundles a workflow file as the command line does.
 * @module
 */
import { fileURLToPath } from "node:url";
import { bundleForDeploy } from "../../sdk/cli/bundle/index.ts";
import type { DeploymentRequest } from "../../sdk/schema/manifest.ts";

/**
 * @param path relative to `from`
 * @param from the caller's import.meta.url
 */
export async function bundle(path: string, from: string): Promise<DeploymentRequest> {
  const { request } = await bundleForDeploy(fileURLToPath(new URL(path, from)));
  return request;
}
