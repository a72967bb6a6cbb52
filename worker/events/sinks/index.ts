/**
 * Everybody who is concerned with events.
 * @module
 */
import { executions } from "./executions.ts";
import { notifications } from "./notifications.ts";
import { realtime } from "./realtime.ts";
import type { Sink } from "./sink.ts";
import { waits } from "./waits.ts";
import { webhooks } from "./webhooks.ts";

export type { Sink } from "./sink.ts";

export const sinks: readonly Sink[] = [executions, waits, realtime, webhooks, notifications];
