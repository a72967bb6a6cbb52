/**
 * What is known besides the source.
 * @module
 */
import type { CustomField } from "./known.ts";

export interface ScopeOptions {
  /** Fields that the tenant has added to its records. */
  custom?: readonly CustomField[];
  /** The tenant's variables and their types. */
  variables?: readonly { name: string; type: "string" | "number" | "boolean" | "json" }[];
  /** Names of its secrets. */
  secrets?: readonly string[];
}
