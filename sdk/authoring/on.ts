/**
 * What starts a workflow.
 * @module
 */

import type { EventFilter } from "../schema/filter.ts";

export interface WebhookOptions {
  /** Last part of `/hooks/{tenant}/{path}`: lower case letters, digits, `.`, `_`, `-`. */
  path: string;
  /** How the sender signs. The secret is set with `everstep hooks set`. Default `standard`. */
  scheme?: "github" | "standard" | "none";
  /** Start only for these event names (GitHub: the `X-GitHub-Event` header). Default: all. */
  events?: readonly string[];
}

export type Trigger =
  | { kind: "manual" }
  | { kind: "api" }
  | { kind: "webhook"; path: string; scheme: "github" | "standard" | "none"; events?: string[] }
  | { kind: "event"; type: string; filter?: EventFilter }
  | { kind: "schedule"; cron: string; timezone: string };

/**
 * Makes triggers; one workflow may have several.
 * @example
 * ```ts
 * import { on } from "everstep";
 * const triggers = [on.manual(), on.webhook({ path: "github", scheme: "github", events: ["push"] })];
 * ```
 */
export const on = {
  /** From the command line or the studio. */
  manual: (): Trigger => ({ kind: "manual" }),
  /** From `POST /api/v1/workflows/{id}/execute`. */
  api: (): Trigger => ({ kind: "api" }),
  /** From a signed call to `/hooks/{tenant}/{path}`. */
  webhook: ({ path, scheme = "standard", events }: WebhookOptions): Trigger => ({
    kind: "webhook",
    path,
    scheme,
    ...(events ? { events: [...events] } : {}),
  }),
  /** When something happens in the tenant; in `filter`, null stands for any value. */
  event: (type: string, options: { filter?: EventFilter } = {}): Trigger => ({ kind: "event", type, ...options }),
  /** At the times of a cron expression, in a timezone (default UTC). */
  schedule: (cron: string, options: { timezone?: string } = {}): Trigger => ({ kind: "schedule", cron, timezone: options.timezone ?? "UTC" }),
};
