/**
 * The platform's Worker with two other systems beside it, in one process.
 * @module
 */
import platform from "../../worker/index.ts";
import { drive } from "./driver.ts";
import type { BenchEnv } from "./env.ts";

export * from "../../worker/index.ts";
export { Bare } from "./bare.ts";
export { CloudflareResume, CloudflareSleep, CloudflareSteps } from "./cloudflare.ts";

export default {
  fetch: (request, env, ctx) => (new URL(request.url).pathname === "/bench" ? drive(request, env, ctx) : platform.fetch(request, env, ctx)),
} satisfies ExportedHandler<BenchEnv>;
