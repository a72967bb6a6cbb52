/**
 * Approvals as workflow authors write them.
 * @module
 */
import type { z } from "zod";
import type { Duration } from "./duration.ts";

export interface ApprovalOptions {
  title: string;
  description?: string;
  /**
   * Who is asked: user ids, e-mail addresses, role names or team names (`role:` or `team:` in
   * front tells one from the other). Anyone with the permission `workflows.approve` when empty.
   */
  from?: readonly string[];
  /**
   * How many it takes. `"any"` (default): the first decision counts. `"all"`: everyone named has
   * to approve, of a role or a team one member; the first rejection rejects. A number: so many
   * people have to approve; rejected as soon as a rejection leaves too few who could.
   */
  need?: "any" | "all" | number;
  /** What is asked besides: a zod object. Its answers come back typed. */
  form?: z.ZodObject;
  /** After which the request is over. Default `"7 days"`. */
  timeout?: Duration;
  /** What the outcome is then. Default `"expired"`. */
  onTimeout?: "expired" | "approved" | "rejected";
  /** Whoever has not decided is reminded once, or once each, so long after being asked. At most 10. */
  remind?: Duration | readonly Duration[];
  /** Asks others too after a while: one of them may decide for all who have not. */
  escalate?: { after: Duration; to: string | readonly string[] };
  /** Whether who is asked may hand it on to somebody else. Default true. */
  delegate?: boolean;
}

/** One person's decision. */
export interface ApprovalVote<Answers = null> {
  /** A user's id, or the name of an API key that is nobody's. */
  user: string;
  decision: "approved" | "rejected";
  comment: string | null;
  at: Date;
  /** The user who had handed it on. */
  on_behalf_of: string | null;
  answers: Answers | null;
}

/** @template Answers what the form's schema gives; null without a form. */
export interface ApprovalOutcome<Answers = null> {
  decision: "approved" | "rejected" | "expired";
  comment: string | null;
  /** Of the vote that decided: a user's id, or the name of an API key that is nobody's; null when time did. */
  decided_by: string | null;
  decided_at: Date;
  /** Of the vote that decided; null when it has none: a rejection may leave the form empty, and time fills in nothing. */
  answers: Answers | null;
  /** Everybody's, in the order they came. */
  votes: ApprovalVote<Answers>[];
}
