/**
 * What a re-run from a step would do once more, as far as it is known: from what the journal
 * keeps of the old execution's steps, and from the results of its actions.
 * @module
 */
import { eq } from "drizzle-orm";
import { actionResults } from "../../../db/schema/events.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import type { AgainStep } from "../../../durable-objects/execution/forks.ts";
import { actionSpecs } from "../../../sdk/schema/actions/index.ts";
import type { RepeatedEffect } from "../../../sdk/schema/rerun.ts";

/** Queued here, and read elsewhere. */
const leaving: ReadonlySet<string> = new Set(["send_email", "webhook", "notify"]);
const safe: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
/** Results looked at. */
const mostResults = 2_000;

/** @param of the old execution; `run` is the one whose steps they are */
export async function repeatedEffects(db: TenantDb, of: { id: string; run: number }, again: readonly AgainStep[]): Promise<RepeatedEffect[]> {
  const rows = await db.select(actionResults, { where: eq(actionResults.execution_id, of.id), limit: mostResults });
  const acted = actedBy(again, rows, of);
  return again.flatMap((step) => effectsOf(step, acted.get(step.key) ?? []));
}

/** Ids of actions that were carried out, by the step whose they are. */
function actedBy(again: readonly AgainStep[], rows: readonly { key: string; action: string }[], { id, run }: { id: string; run: number }): Map<string, string[]> {
  // The longest first: a key may begin with another.
  const keys = again.map(({ key }) => key).sort((one, other) => other.length - one.length);
  const acted = new Map<string, string[]>();
  for (const { key, action } of rows) {
    // `<execution>:<execution>:<generation>:<run>:<step>:<call>`, see sdk/runtime/actions.ts.
    const [, ofRun, call = ""] = /^\d+:(\d+):([^]*)$/.exec(key.slice(2 * id.length + 2)) ?? [];
    const step = Number(ofRun) === run ? keys.find((own) => call === own || call.startsWith(`${own}:`)) : undefined;
    if (step !== undefined) acted.set(step, [...(acted.get(step) ?? []), action]);
  }
  return acted;
}

function effectsOf({ key, name, kind, ended, sent, workflow, status }: AgainStep, acted: readonly string[]): RepeatedEffect[] {
  const one = (effect: RepeatedEffect["effect"], what: string): RepeatedEffect => ({ step: key, effect, what });
  if (kind === "invoke") return [one("changes", `starts workflow ${workflow ?? "of another bundle"} again`)];
  if (kind === "approval") return [one("changes", "asks for approval again")];
  if (kind !== "do") return [];
  const actions = [...new Set(acted)].map((id) => one(leaving.has(id) || actionSpecs.get(id)?.effect === "sends" ? "sends" : "changes", titleOf(id)));
  const [, method, host] = /^fetch (\S+) (\S+)$/.exec(name) ?? [];
  const requests = method !== undefined && !safe.has(method) ? [`${method} ${host}`] : sent;
  const found = [...actions, ...requests.map((request) => one("sends", request))];
  const knows = ended || found.length > 0 || (method !== undefined && safe.has(method)) || actionSpecs.get(name)?.effect === "reads";
  return knows ? found : [one("unknown", status === "cancelled" ? "it was under way when the execution ended" : "it was cut off")];
}

function titleOf(id: string): string {
  const spec = actionSpecs.get(id);
  return spec ? `${spec.title} (${id})` : id;
}
