/**
 * What one execution may use.
 * @module
 */
export interface Limits {
  /** Steps an execution may have. */
  steps: number;
  /** Bytes of one value kept in the journal; above it, spilled. */
  inlineBytes: number;
  /** Bytes of one value at all. */
  valueBytes: number;
  /** Outbound requests of one turn. */
  requests: number;
}

export const defaultLimits: Limits = {
  steps: 10_000,
  inlineBytes: 1024 * 1024,
  valueBytes: 25 * 1024 * 1024,
  requests: 1_000,
};
