/**
 * What `step.approval` asks for, and what it makes of the answer.
 * @module
 */
import type { ApprovalOptions, ApprovalOutcome, ApprovalVote } from "../authoring/approval.ts";
import { type Duration, durationMs } from "../authoring/duration.ts";
import type { ApprovalRequest, ApprovalSignal } from "../schema/approval.ts";

const mostNames = 100;
const mostReminders = 10;
/** Characters of a form as JSON Schema. */
const largestForm = 32_768;

/** @throws TypeError for options that mean nothing, naming the one */
export function approvalRequest(name: string, options: ApprovalOptions): { request: ApprovalRequest; timeout: number } {
  const wrong = (what: string) => new TypeError(`step.approval("${name}") ${what}`);
  if (typeof options?.title !== "string" || options.title === "") throw wrong("needs a title");
  const { title, description, from = [], need, form, onTimeout, remind, escalate, delegate } = options;
  const names = (list: readonly string[], where: string): string[] => {
    if (!Array.isArray(list) || list.length > mostNames || list.some((one) => typeof one !== "string" || one === "")) throw wrong(`needs names in \`${where}\`: at most ${mostNames} texts`);
    return [...new Set(list)];
  };
  if (need !== undefined && need !== "any" && need !== "all" && !(Number.isSafeInteger(need) && need > 0)) throw wrong('needs "any", "all" or a whole number above 0 as `need`');
  if (need === "all" && from.length === 0) throw wrong('needs names in `from` when `need` is "all"');
  if (onTimeout !== undefined && !["expired", "approved", "rejected"].includes(onTimeout)) throw wrong('needs "expired", "approved" or "rejected" as `onTimeout`');
  const reminders = remind === undefined ? [] : (Array.isArray(remind) ? (remind as readonly Duration[]) : [remind as Duration]).map(durationMs);
  if (reminders.length > mostReminders) throw wrong(`reminds at most ${mostReminders} times`);
  const request: ApprovalRequest = {
    title,
    ...(description === undefined ? {} : { description: String(description) }),
    ...(from.length === 0 ? {} : { from: names(from, "from") }),
    ...(need === undefined || need === "any" ? {} : { need }),
    ...(form === undefined ? {} : { form: formSchema(form, wrong) }),
    ...(onTimeout === undefined || onTimeout === "expired" ? {} : { on_timeout: onTimeout }),
    ...(reminders.length === 0 ? {} : { remind: [...reminders].sort((a, b) => a - b) }),
    ...(escalate === undefined ? {} : { escalate: { after: durationMs(escalate.after), to: names(typeof escalate.to === "string" ? [escalate.to] : escalate.to, "escalate.to") } }),
    ...(delegate === false ? { delegate } : {}),
  };
  return { request, timeout: durationMs(options.timeout ?? "7 days") };
}

/** By the schema's own method: it may be of another copy of zod than anything here. */
function formSchema(form: NonNullable<ApprovalOptions["form"]>, wrong: (what: string) => TypeError): Record<string, unknown> {
  const { toJSONSchema } = form as { toJSONSchema?: unknown };
  if (typeof toJSONSchema !== "function") throw wrong("needs a zod object (zod 4.2 or later) as `form`");
  const { $schema: _, "~standard": __, ...schema } = form.toJSONSchema({ io: "input", unrepresentable: "any" }) as Record<string, unknown>;
  if (schema["type"] !== "object") throw wrong("needs a zod object as `form`");
  if (JSON.stringify(schema).length > largestForm) throw wrong(`has a form of more than ${largestForm} characters as JSON Schema`);
  return schema;
}

/** What the step keeps. */
export function decidedBySignal(signal: ApprovalSignal, receivedAt: number): ApprovalSignal {
  const { decision, comment, decided_by, decided_at = new Date(receivedAt), answers = null, votes = [] } = signal;
  return { decision, comment, decided_by, decided_at, answers, votes };
}

export function decidedByTime({ on_timeout = "expired" }: ApprovalRequest, at: number): ApprovalSignal {
  return { decision: on_timeout, comment: null, decided_by: null, decided_at: new Date(at), answers: null, votes: [] };
}

/**
 * What the workflow gets of it, on every replay.
 * @throws TypeError for answers that the form's own schema refuses
 */
export async function approvalOutcome(name: string, { form }: Pick<ApprovalOptions, "form">, { decision, comment, decided_by, decided_at = new Date(0), answers = null, votes = [] }: ApprovalSignal): Promise<ApprovalOutcome<unknown>> {
  const typed = async (given: unknown): Promise<unknown> => {
    if (given === null || given === undefined || !form) return null;
    const parsed = await form.safeParseAsync(given);
    if (!parsed.success) throw new TypeError(`the answers to approval "${name}" do not fit its form: ${parsed.error.issues.slice(0, 10).map(({ path, message }) => `${path.join(".") || "answers"}: ${message}`).join("; ")}`);
    return parsed.data;
  };
  const all: ApprovalVote<unknown>[] = [];
  for (const vote of votes) all.push({ ...vote, answers: await typed(vote.answers) });
  return { decision, comment, decided_by, decided_at, answers: await typed(answers), votes: all };
}
