import type { ExecutionObject } from "../durable-objects/execution/contract.ts";
import type { HubObject } from "../durable-objects/tenant-hub/contract.ts";

/** The bindings of wrangler.toml. */
export interface Env {
  LOADER: WorkerLoader;
  EXECUTION: DurableObjectNamespace<ExecutionObject & Rpc.DurableObjectBranded>;
  HUB: DurableObjectNamespace<HubObject & Rpc.DurableObjectBranded>;
  DB: D1Database;
  BLOBS: R2Bucket;
  /** Secret: 32 bytes in base64; encrypts what is stored encrypted. */
  MASTER_KEY: string;
  /** Secret: lets the operator's own tools in (seeding, sweeping); unset in production unless wanted. */
  OPERATOR_KEY?: string;
  /** Comma-separated private hosts, addresses or ranges that tenant code may reach. */
  EGRESS_ALLOW?: string;
  /** Networks that check what a name resolves to; on Cloudflare there are none and none needed. */
  EGRESS_PUBLIC?: Fetcher;
  EGRESS_PRIVATE?: Fetcher;
}
