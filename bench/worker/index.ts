/**
 * The platform's Worker with two other systems beside it, in one process.
 * @module
 */
import platform from "../../worker/index.ts";
import { bareSql } from "./bare-sql.ts";
import { drive } from "./driver.ts";
import type { BenchEnv } from "./env.ts";
import { bareEvent, bareHook, bareSocket } from "./unavoidable.ts";

export * from "../../worker/index.ts";
export { Bare } from "./bare.ts";
export { CloudflareResume, CloudflareSleep, CloudflareSteps } from "./cloudflare.ts";

export default {
  ...platform,
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/bench") return drive(request, env, ctx);
    if (pathname === "/bench/hook") return bareHook(request, env);
    if (pathname === "/bench/event") return bareEvent(request, env);
    if (pathname === "/bench/sql") return bareSql(request, env);
    if (pathname === "/bench/socket") return bareSocket(request, env);
    return platform.fetch(request, env, ctx);
  },
} satisfies ExportedHandler<BenchEnv>;
