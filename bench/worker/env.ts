import type { Env } from "../../worker/env.ts";
import type { Bare } from "./bare.ts";

/** The bindings of wrangler.toml and those of the systems beside it. */
export interface BenchEnv extends Env {
  BARE: DurableObjectNamespace<Bare>;
  CF_STEPS: Workflow<{ steps: number }>;
  CF_SLEEP: Workflow<{ ms: number }>;
  CF_RESUME: Workflow<{ steps: number }>;
}
