import type { DeploymentRequest, DeploymentView } from "../../../sdk/schema/manifest.ts";
import { compileSources } from "../../compile/index.ts";
import { inSources } from "../../compile/places.ts";
import { checkTenantTypes } from "../../typecheck/tenant-types.ts";
import type { TenantContext } from "../context.ts";
import { createDeployment, type DeployOptions } from "../deployments/create.ts";
import { rejection } from "../deployments/faults.ts";
import type { TypesView } from "./validate.ts";

const templates = { available: false as const, why: "Templates are checked before." };

interface Sources {
  files: Record<string, string>;
  /** The one whose exports are deployed. */
  file: string;
  message: string | undefined;
  in_flight?: DeploymentRequest["in_flight"];
  options: DeployOptions;
}

/**
 * Compiles a file with what it imports, and deploys it. Types that do not fit refuse it where
 * they can be checked.
 * @throws PlatformError `bundle-rejected` with places in the sources, and all of `createDeployment`
 */
export async function deploySource(ctx: TenantContext, { files, file, message, in_flight, options }: Sources): Promise<{ deployment: DeploymentView; created: boolean; types: TypesView }> {
  const compiled = compileSources(files, file);
  if (!compiled.ok) throw rejection(compiled.problems);
  // Templates were checked when the platform was built, and name variables that a tenant may not have yet.
  const types = options.origin === "template" ? templates : await checkTenantTypes(ctx, compiled.request.sources);
  const wrong = types.available ? types.diagnostics.filter(({ severity }) => severity === "error") : [];
  if (wrong.length > 0) throw rejection(wrong.map((one) => ({ ...one, message: `${one.message} (${one.code})` })));
  const input = { ...compiled.request, ...(message === undefined ? {} : { message }), ...(in_flight === undefined ? {} : { in_flight }) };
  return { ...(await createDeployment({ ctx, input, options: { ...options, place: inSources(compiled.request) } })), types: types.available ? "checked" : { unavailable: types.why } };
}
