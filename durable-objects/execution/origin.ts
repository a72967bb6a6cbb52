/**
 * How an execution began, whatever continueAsNew has made of its input since.
 * @module
 */
import { decode } from "../../sdk/schema/codec.ts";
import type { Origin } from "./contract.ts";
import type { Execution } from "./state.ts";

export function originOf({ request, firstInput }: Execution): Origin {
  const { workflowId, trigger, input, test } = request;
  return { workflowId, trigger, input: firstInput ?? input, ...(test ? { test } : {}) };
}

/** Encoded inputs; JSON objects count as the same in whatever order their members come. */
export function sameInput(one: string, other: string): boolean {
  return one === other || (one.startsWith("j") && other.startsWith("j") && same(decode(one), decode(other)));
}

function same(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const members = Object.entries(one);
  return members.length === Object.keys(other).length && members.every(([name, value]) => Object.hasOwn(other, name) && same(value, (other as Record<string, unknown>)[name]));
}
