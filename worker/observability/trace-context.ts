/**
 * Trace context (W3C): ids of traces and spans, made of an execution's own ids, so that
 * whoever tells of the same thing twice says the same.
 * @module
 */
import { createHash } from "node:crypto";

const pattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;

export interface TraceContext {
  traceId: string;
  /** The span that led here; null where the trace begins. */
  parent: string | null;
}

/** Null for what is no `traceparent` of the version that is known. */
export function parseTraceparent(text: string | null | undefined): { traceId: string; parent: string } | null {
  const [, traceId, parent] = pattern.exec(text?.trim() ?? "") ?? [];
  return traceId === undefined || parent === undefined ? null : { traceId, parent };
}

/** The trace that an execution is part of: the one that led to it, else its own. */
export function traceOf(executionId: string, traceparent: string | null | undefined): TraceContext {
  return parseTraceparent(traceparent) ?? { traceId: executionId.replaceAll("-", ""), parent: null };
}

/** @param step key of a step; the execution itself when left out */
export function spanIdOf(executionId: string, step = ""): string {
  return createHash("sha256").update(`${executionId}:${step}`).digest("hex").slice(0, 16);
}

/** For a request or an execution that a step leads to. */
export function traceparentOf(executionId: string, step: string, incoming: string | null | undefined): string {
  return `00-${traceOf(executionId, incoming).traceId}-${spanIdOf(executionId, step)}-01`;
}
