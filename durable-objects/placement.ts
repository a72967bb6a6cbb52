/**
 * Which object holds an execution. The answer is in the id itself: the last hex digit's
 * lowest bit says own (0) or pooled (1), the digit before it says which of 16 pools. So
 * nobody has to look anything up, and nothing else in the code knows about placement.
 * @module
 */
export type Placement = "own" | "pooled";

/** Object name for the EXECUTION namespace. */
export function objectName(tenant: string, executionId: string): string {
  return placementOf(executionId) === "pooled" ? `${tenant}:pool:${executionId.slice(-2, -1)}` : `${tenant}:${executionId}`;
}

/** How an execution with this id is placed. */
export function placementOf(executionId: string): Placement {
  return Number.parseInt(executionId.slice(-1), 16) & 1 ? "pooled" : "own";
}

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function stamp(bytes: Uint8Array, placement: Placement): string {
  const end = bytes[15] ?? 0;
  bytes[15] = placement === "pooled" ? end | 1 : end & 0xfe;
  let hex = "";
  for (const byte of bytes) hex += hexOf[byte];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A fresh UUIDv7 (RFC 9562). */
export function newExecutionId(placement: Placement, now: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setUint32(0, Math.floor(now / 0x10000));
  new DataView(bytes.buffer).setUint16(4, now % 0x10000);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return stamp(bytes, placement);
}

/**
 * The id that a key always gives (UUIDv8 of a SHA-256), so that the same delivery, key or
 * parent step never starts a second execution.
 */
export async function derivedExecutionId(placement: Placement, tenant: string, workflowId: string, key: string): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([tenant, workflowId, key]));
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", text)).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return stamp(bytes, placement);
}
