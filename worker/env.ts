import type { ExecutionObject } from "../durable-objects/execution/contract.ts";
import type { DelivererObject } from "../durable-objects/deliverer/contract.ts";
import type { DispatcherObject } from "../durable-objects/dispatcher/contract.ts";
import type { FlowObject } from "../durable-objects/flow/contract.ts";
import type { ImporterObject } from "../durable-objects/importer/contract.ts";
import type { LimiterObject } from "../durable-objects/limiter/contract.ts";
import type { RealtimeObject } from "../durable-objects/realtime/contract.ts";
import type { SchedulerObject } from "../durable-objects/scheduler/contract.ts";
import type { HubObject } from "../durable-objects/tenant-hub/contract.ts";

/** The bindings of wrangler.toml. */
export interface Env {
  LOADER: WorkerLoader;
  EXECUTION: DurableObjectNamespace<ExecutionObject & Rpc.DurableObjectBranded>;
  HUB: DurableObjectNamespace<HubObject & Rpc.DurableObjectBranded>;
  LIMITER: DurableObjectNamespace<LimiterObject & Rpc.DurableObjectBranded>;
  DISPATCHER: DurableObjectNamespace<DispatcherObject & Rpc.DurableObjectBranded>;
  SCHEDULER: DurableObjectNamespace<SchedulerObject & Rpc.DurableObjectBranded>;
  FLOW: DurableObjectNamespace<FlowObject & Rpc.DurableObjectBranded>;
  DELIVERER: DurableObjectNamespace<DelivererObject & Rpc.DurableObjectBranded>;
  IMPORTER: DurableObjectNamespace<ImporterObject & Rpc.DurableObjectBranded>;
  REALTIME: DurableObjectNamespace<RealtimeObject & Rpc.DurableObjectBranded>;
  DB: D1Database;
  BLOBS: R2Bucket;
  /** Secret: 32 bytes in base64; encrypts what is stored encrypted. */
  MASTER_KEY: string;
  /** Secret: the master key before that one; opens what was sealed under it until all is sealed anew (docs/secrets.md). */
  MASTER_KEY_PREVIOUS?: string;
  /** Secret: lets the operator's own tools in (seeding, sweeping); unset in production unless wanted. */
  OPERATOR_KEY?: string;
  /** Where people reach this installation, such as `https://flows.example.com`: the links in mails begin with it. */
  PUBLIC_URL?: string;
  /** Sends a mail that is POSTed to it as JSON (worker/domain/mails/transport.ts). */
  MAIL?: Fetcher;
  /** Cloudflare's email binding; needs MAIL_FROM. */
  SEND_EMAIL?: SendEmail;
  /** Mails of a development server, to be read in the browser (tools/server/outbox.mjs); never bound in production. */
  DEV_OUTBOX?: Fetcher;
  /** Sender of the platform's mails. */
  MAIL_FROM?: string;
  /** Comma-separated private hosts, addresses or ranges that tenant code may reach. */
  EGRESS_ALLOW?: string;
  /** Secret: opens GET /metrics and /health/ready, beside the operator's key. */
  METRICS_TOKEN?: string;
  /** `on`: a log line for each request. */
  ACCESS_LOG?: string;
  /** Where traces of executions are sent, as OpenTelemetry's own exporters read it (docs/observability.md); none without. */
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;
  /** Secret: `name=value,…`. */
  OTEL_EXPORTER_OTLP_HEADERS?: string;
  OTEL_SERVICE_NAME?: string;
  /** Networks that check what a name resolves to; on Cloudflare there are none and none needed. */
  EGRESS_PUBLIC?: Fetcher;
  EGRESS_PRIVATE?: Fetcher;
}
