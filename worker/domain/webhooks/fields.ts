/**
 * What a subscription is made of.
 * @module
 */
import { z } from "zod";
import { eventFilter } from "../../../sdk/schema/filter-schema.ts";
import { matchesFilter } from "../../../sdk/schema/filter.ts";
import type { SubscriptionRow } from "./view.ts";

const eventPattern = z
  .string()
  .max(100)
  .regex(/^(\*|[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?)$/, "a type such as contract.signed, all of a kind (contract.*), or all (*)");

export const url = z.string().min(1).max(2048).describe("Where events are POSTed to: https, on a public host that the tenant's code may reach");
export const eventTypes = z.array(eventPattern).min(1).max(50).describe("`contract.signed`, `contract.*`, or `*`");
export const filter = eventFilter.nullable();
export const description = z.string().max(500).nullable();

export function covers(patterns: readonly string[], type: string): boolean {
  return patterns.some((pattern) => pattern === "*" || pattern === type || (pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1))));
}

/** Whether an event is for a subscription. */
export function isFor({ event_types, filter }: Pick<SubscriptionRow, "event_types" | "filter">, event: { type: string; data: unknown; previous: unknown }): boolean {
  return covers(event_types, event.type) && (filter === null || matchesFilter(filter, event.data, event.previous));
}
