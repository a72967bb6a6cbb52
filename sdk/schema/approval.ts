/**
 * What an approval step asks for, and what it is told.
 * @module
 */

export interface ApprovalRequest {
  title: string;
  description?: string;
  /** User ids, addresses, names of roles and teams: who may decide. */
  from?: string[];
  /** `any` when left out. */
  need?: "any" | "all" | number;
  /** JSON Schema of the answers. */
  form?: Record<string, unknown>;
  /** The outcome when time is over; `expired` when left out. */
  on_timeout?: "expired" | "approved" | "rejected";
  /** ms after being asked. */
  remind?: number[];
  escalate?: { after: number; to: string[] };
  /** False: it cannot be handed on. */
  delegate?: boolean;
}

/** What an approval step is told: a decision that counts, with the votes it is made of. Times are dates. */
export interface ApprovalSignal {
  /** Which request it answers; tells one from another of the same step. */
  request?: string;
  decision: "approved" | "rejected" | "expired";
  comment: string | null;
  decided_by: string | null;
  decided_at?: Date;
  /** As they were given: the form's schema makes of them what the workflow gets. */
  answers?: unknown;
  votes?: { user: string; decision: "approved" | "rejected"; comment: string | null; at: Date; on_behalf_of: string | null; answers: unknown }[];
}
