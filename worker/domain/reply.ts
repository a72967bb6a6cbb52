/**
 * Refusals come over RPC as values; here they become errors again.
 * @module
 */
import type { Reply } from "../../durable-objects/execution/contract.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";

/** @throws PlatformError with the refusal's code */
export async function unwrap<T>(pending: Reply<T> | Promise<Reply<T>>): Promise<T> {
  const reply = await pending;
  if (reply.ok) return reply.value;
  throw new PlatformError(reply.code, reply.detail);
}
