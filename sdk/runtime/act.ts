/**
 * What a step has the platform do. The key makes it happen once: an attempt that is repeated
 * gets the result of the first that came through.
 * @module
 */
import { ActionRefusedError } from "../authoring/errors.ts";
import { decode, encode } from "../schema/codec.ts";
import type { HostPort } from "../schema/journal.ts";
import type { TurnCore } from "./core.ts";

/** @throws ActionRefusedError for what would be refused again; Error for what may be tried again */
export async function act(turn: TurnCore, host: HostPort, action: string, params: unknown, key: string): Promise<unknown> {
  const encoded = encode(params);
  await turn.barrier();
  const reply = await host.act(turn.input.turn, action, encoded, key);
  if (reply.ok) return decode(reply.value);
  throw reply.retryable ? new Error(reply.detail) : new ActionRefusedError(reply.detail, reply.code);
}
