/**
 * How a child tells its parent that it has ended.
 * @module
 */
import { encode } from "../schema/codec.ts";
import type { Host } from "./host.ts";

/** A child's end as it lies in its parent's signals. */
export function childEnd(host: Host): string {
  const error = host.error ?? { name: "Error", message: `the child execution was ${host.status}` };
  return encode(host.status === "completed" ? { status: "completed", output: host.output } : { status: host.status, error });
}
