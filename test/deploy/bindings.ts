/**
 * What wrangler.toml binds.
 * @module
 */
import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { repository } from "../local/server.ts";

export interface Binding {
  name: string;
  /** As wrangler calls it. */
  kind: string;
  className?: string;
}

export function readBindings(): Binding[] {
  const config = unstable_readConfig({ config: join(repository, "wrangler.toml") });
  return [
    ...config.durable_objects.bindings.map(({ name, class_name: className }) => ({ name, kind: "Durable Object", className })),
    ...config.d1_databases.map(({ binding }) => ({ name: binding, kind: "D1 Database" })),
    ...config.r2_buckets.map(({ binding }) => ({ name: binding, kind: "R2 Bucket" })),
    ...config.kv_namespaces.map(({ binding }) => ({ name: binding, kind: "KV Namespace" })),
    ...(config.worker_loaders ?? []).map(({ binding }) => ({ name: binding, kind: "Worker Loader" })),
    ...(config.send_email ?? []).map(({ name }) => ({ name, kind: "Send Email" })),
    ...Object.keys(config.vars).map((name) => ({ name, kind: "Environment Variable" })),
  ];
}
