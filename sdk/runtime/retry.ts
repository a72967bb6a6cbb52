/**
 * When to try again.
 * @module
 */
import { type Duration, durationMs } from "../authoring/duration.ts";
import type { Retries, StepConfig, StepContext } from "../authoring/step.ts";

export interface Policy {
  limit: number;
  delay: NonNullable<Retries["delay"]>;
  backoff: NonNullable<Retries["backoff"]>;
  jitter: number;
  timeout: Duration;
  timeoutMs: number;
  sensitive: boolean;
}

/** Delays never grow past this. */
const longestDelayMs = 86_400_000;

/** What a step without any configuration gets; the same object for all of them. */
const plainPolicy = policyFrom({}, undefined);

/** Fills in the defaults of Cloudflare's documented WorkflowStepConfig. */
export function policyOf(config: StepConfig | undefined, defaults: Retries | undefined): Policy {
  return config === undefined && defaults === undefined ? plainPolicy : policyFrom(config ?? {}, defaults);
}

function policyFrom(config: StepConfig, defaults: Retries | undefined): Policy {
  const retries = config.retries ?? defaults;
  const limit = retries?.limit ?? 5;
  if (!(limit >= 0)) throw new TypeError(`retries.limit is ${String(limit)}: write 0 or more, or Infinity`);
  const timeout = config.timeout ?? "10 minutes";
  return {
    limit,
    delay: retries?.delay ?? "1 second",
    backoff: retries?.backoff ?? "exponential",
    jitter: Math.min(1, Math.max(0, retries?.jitter ?? 0)),
    timeout,
    timeoutMs: durationMs(timeout),
    sensitive: config.sensitive === "output",
  };
}

/** ms until the attempt after `attempt` (1 = the first has failed). */
export async function nextDelay(policy: Policy, attempt: number, ctx: StepContext, error: Error, random: () => number): Promise<number> {
  if (typeof policy.delay === "function") return durationMs(await policy.delay({ ctx, error }));
  const base = durationMs(policy.delay);
  const factor = policy.backoff === "constant" ? 1 : policy.backoff === "linear" ? attempt : 2 ** (attempt - 1);
  const delay = Math.min(base * factor, Math.max(base, longestDelayMs));
  return Math.round(delay * (1 + policy.jitter * (random() - 0.5)));
}

export function configView(policy: Policy): StepContext["config"] {
  return {
    retries: { limit: policy.limit, backoff: policy.backoff, ...(typeof policy.delay === "function" ? {} : { delay: policy.delay }) },
    timeout: policy.timeout,
    ...(policy.sensitive ? { sensitive: "output" as const } : {}),
  };
}
