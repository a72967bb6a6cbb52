/**
 * JSON from outside as a stored value.
 * @module
 */
import { encode, UnserializableError } from "../../sdk/schema/codec.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";

/** @throws PlatformError `bad-request` for what is nested deeper than a stack goes */
export function encodeJson(value: unknown): string {
  try {
    return encode(value);
  } catch (error) {
    if (error instanceof RangeError || error instanceof UnserializableError) throw new PlatformError("bad-request", "The value is nested too deeply.");
    throw error;
  }
}
