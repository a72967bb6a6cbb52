/**
 * What the platform and the isolate of the compiler say to each other.
 * @module
 */
import type { Diagnostic } from "../../sdk/schema/diagnostic.ts";

export type CheckReply = { ok: true; diagnostics: Diagnostic[] } | { ok: false; why: string };

export interface TypeCheckEntrypoint {
  check(files: Readonly<Record<string, string>>): Promise<CheckReply>;
}
