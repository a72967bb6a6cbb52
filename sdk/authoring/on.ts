/**
 * What starts a workflow.
 * @module
 */

import type { AnyEventType, FilterFor } from "../schema/event-filter-types.ts";
import { eventTypeHint, isEventType } from "../schema/event-type.ts";
import { checkedFilter, type EventFilter } from "../schema/filter.ts";
import type { DstPolicy, MissedPolicy, OverlapPolicy, ScheduleOptions } from "../schema/schedule.ts";

/** How a sender of webhooks proves who it is. */
export type WebhookScheme = "github" | "standard" | "espocrm" | "meta" | "hmac" | "basic" | "none";

export interface WebhookOptions {
  /** Last part of `/hooks/{tenant}/{path}`: lower case letters, digits, `.`, `_`, `-`. */
  path: string;
  /**
   * How the sender proves who it is; default `standard` (Standard Webhooks). `hmac` is any HMAC
   * of the body, set up with the hook; `basic` a user name and a password; `none` nothing. The
   * secret is set with `everstep hooks set`.
   */
  scheme?: WebhookScheme;
  /**
   * Start only for these event names. GitHub: the `X-GitHub-Event` header; Standard Webhooks: the
   * payload's `type`; Meta: its `object` and the `field`s of its changes. Default: all.
   */
  events?: readonly string[];
}

export type Trigger =
  | { kind: "manual" }
  | { kind: "api" }
  | { kind: "webhook"; path: string; scheme: WebhookScheme; events?: string[] }
  | { kind: "event"; type: string; filter?: EventFilter }
  | ({ kind: "schedule"; cron: string; timezone: string } & ScheduleOptions);

/** Of events of one type: a workflow that nothing else starts has its `input` typed by it. */
export type EventTrigger<Type extends string = string> = { kind: "event"; type: Type; filter?: EventFilter };
export type ScheduleTrigger = Extract<Trigger, { kind: "schedule" }>;

export interface OnScheduleOptions {
  /** Of the IANA database, such as `"Europe/Madrid"`. Default UTC. */
  timezone?: string;
  /**
   * Where clocks are changed, for expressions that name hours: a time that is left out runs right
   * `after` the gap (default) or not at all; one that comes twice runs the `first` time (default).
   */
  dst?: { skipped?: DstPolicy["skipped"]; repeated?: DstPolicy["repeated"] };
  /** Runs whose time passed while nothing could run: the `last` of them (default), none, or the last N. */
  missed?: MissedPolicy;
  /** When the run before has not ended: both run (`allow`, default), this one is left out, or it waits. */
  overlap?: OverlapPolicy;
}

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
  /**
   * When something happens in the tenant: once for each event that fits. In `filter`, null stands
   * for any value; of the platform's own events its fields are checked.
   * @throws TypeError for what is no type of an event, or a faulty filter
   */
  event: <const Type extends AnyEventType>(type: Type, options: { filter?: FilterFor<Type> } = {}): EventTrigger<Type> => eventTrigger(type, options.filter),
  /**
   * At the times of a cron expression of five fields, or six with seconds before them, or `@hourly`,
   * `@daily`, … The workflow gets `{ scheduled_at, schedule_id }`.
   */
  schedule: (cron: string, { timezone = "UTC", dst, ...rest }: OnScheduleOptions = {}): ScheduleTrigger => ({
    kind: "schedule",
    cron,
    timezone,
    ...(dst ? { dst: { skipped: dst.skipped ?? "after", repeated: dst.repeated ?? "first" } } : {}),
    ...rest,
  }),
};

function eventTrigger<Type extends string>(type: Type, filter: unknown): EventTrigger<Type> {
  try {
    if (!isEventType(type)) throw new TypeError(`on.event(${JSON.stringify(type)}): ${eventTypeHint}`);
    return { kind: "event", type, ...(filter === undefined ? {} : { filter: checkedFilter(filter, `the filter of on.event("${type}")`) }) };
  } catch (error) {
    // A refused deployment names the line that called, not one in here.
    if (error instanceof Error) captureStackTrace?.(error, on.event);
    throw error;
  }
}

const { captureStackTrace } = Error as { captureStackTrace?: (error: Error, above: unknown) => void };
