/**
 * What the audit log may not show. A field that looks like a secret is masked wherever it
 * stands, so that a new entity is safe before anybody has thought of it.
 * @module
 */
import type { Json, JsonObject } from "../../../db/schema/json.ts";

const secret = /secret|password|token|sealed|encrypted|private|hash|recovery|authorization|api_?key$/i;
const mask = "[masked]";

/** Personal data of people that is kept elsewhere and can be erased there. */
const personal: Readonly<Record<string, readonly string[]>> = {
  user: ["email", "name"],
  invitation: ["email", "name"],
  membership: ["email", "name"],
  // What is meant to be no secret is often one all the same.
  variable: ["value"],
};

export function masked(entity: string, record: JsonObject | null): JsonObject | null {
  return record === null ? null : maskFields(record, personal[entity] ?? []);
}

function maskFields(record: JsonObject, also: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, secret.test(key) || also.includes(key) ? maskOf(value) : inside(value)]));
}

function inside(value: Json): Json {
  if (Array.isArray(value)) return value.map(inside);
  return typeof value === "object" && value !== null ? maskFields(value, []) : value;
}

/** That something was there can be seen, what it was cannot. */
const maskOf = (value: Json): Json => (value === null ? null : mask);
