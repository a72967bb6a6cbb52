import type { TenantContext } from "../context.ts";
import { mustBeAbleTo } from "../../auth/can.ts";

/** TypeScript as it is written, in the midst of what is otherwise put together of known parts. */
const verbatim = /"step_type":"(?:code|step)"|\{\{=|"result_variable":"(?![\w$]*")/;

/**
 * Steps are put together of actions and conditions that the platform knows; code among them is
 * as good as a deployment.
 * @throws PlatformError `forbidden`
 */
export function mayWriteCode({ actor }: Pick<TenantContext, "actor">, { steps, trigger_config: config }: { steps?: unknown; trigger_config?: Record<string, unknown> | undefined }): void {
  if (typeof config?.["input"] === "string" || (steps !== undefined && verbatim.test(JSON.stringify(steps)))) mustBeAbleTo(actor, "deployments.write");
}
