/**
 * What may be asked of a tenant's dispatcher: it carries events from the outbox to those concerned.
 * @module
 */
import type { events } from "../../db/schema/events.ts";

export interface DispatcherObject {
  /** There are new events in the tenant's outbox. Returns at once; the work goes on by itself. */
  nudge(tenant: string): Promise<void>;
}

export type OutboxEvent = typeof events.$inferSelect;

/** What becomes of an event that could not be dispatched. */
export interface Failure {
  attempts: number;
  error: string;
  /** ms since the epoch. */
  nextAttemptAt: number;
  /** It is given up: a dead letter. */
  dead: boolean;
}

/** The outbox of one tenant, and where its events go. */
export interface DispatchPorts {
  /**
   * Pending events whose time has come, by seq: of each record those that come first, and none
   * while an earlier one waits to be tried again.
   */
  ready(now: number, limit: number): Promise<readonly OutboxEvent[]>;
  /** Reaches everybody concerned, who take it once however often it comes. @throws when somebody was not reached */
  deliver(event: OutboxEvent): Promise<void>;
  dispatched(event: OutboxEvent, now: number): Promise<void>;
  failed(event: OutboxEvent, failure: Failure, now: number): Promise<void>;
  /** When the next pending event that is not ready will be, ms since the epoch. */
  nextDue(now: number): Promise<number | null>;
  now(): number;
}

/** What the dispatcher needs of the rest of the platform; wired in worker/index.ts. */
export interface DispatcherPlatform {
  /** Null for a tenant that is suspended or gone: its events stay where they are. */
  outbox(tenant: string): Promise<DispatchPorts | null>;
}
