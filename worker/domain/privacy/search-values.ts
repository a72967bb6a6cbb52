/** Values too large for a journal, in R2 under the execution they are of. */
import { terminalStatuses } from "../../../sdk/schema/execution.ts";
import { Eraser } from "../../../durable-objects/lib/eraser.ts";
import type { Left, Slice, Work } from "./job.ts";
import { erases, mentionsIn, notEnded, subjectOf } from "./search.ts";
import { textsOf } from "./subject.ts";

/** A value may have 25 MB. */
const valuesAtOnce = 10;

export async function searchValues(work: Work): Promise<Slice> {
  const { env, db, cursor } = work;
  const prefix = `values/${db.tenant}/`;
  const page = await env.BLOBS.list({ prefix, limit: valuesAtOnce, ...(cursor === null ? {} : { startAfter: cursor }) });
  const texts = textsOf(subjectOf(work));
  const counts = { values: 0 };
  const left: Left[] = [];
  const lines: object[] = [];
  for (const { key } of page.objects) {
    const stored = await env.BLOBS.get(key);
    const bytes = stored && (await stored.arrayBuffer());
    if (!bytes || mentionsIn(bytes, texts) === 0) continue;
    const id = key.slice(prefix.length).split("/")[0] ?? "";
    const text = readable(bytes);
    const reason = !erases(work) ? null : ((await mayErase(work, id, key)) ?? (text === null ? "is not text: erasing words would break it" : null));
    if (reason !== null) left.push({ place: "values", id, reason });
    else {
      counts.values++;
      if (erases(work)) await env.BLOBS.put(key, erasedValue(text ?? "", texts));
      else lines.push({ place: "values", execution_id: id, text: text ?? "(not text)" });
    }
  }
  return { cursor: page.truncated ? (page.objects.at(-1)?.key ?? null) : null, calls: 3 * valuesAtOnce, counts, left, lines };
}

/** Null when the execution has ended, or is gone. */
async function mayErase({ objects, db, request }: Work, id: string, key: string): Promise<string | null> {
  const object = objects.execution(db.tenant, id);
  if (request.cancelRunning) await object.cancel(db.tenant, id, { rollback: false, reason: "personal data is erased" });
  // No execution says this: it is asked for its status alone.
  const state = await object.redact(db.tenant, id, [key], true);
  return state.ok && !terminalStatuses.includes(state.value.status) ? notEnded : null;
}

function readable(bytes: ArrayBuffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** An encoded value, or a stream as it came. */
function erasedValue(text: string, texts: string[]): string {
  const eraser = new Eraser(texts);
  try {
    const erased = eraser.encoded(text);
    if (eraser.count > 0) return erased;
  } catch {
    // Not encoded.
  }
  return eraser.text(text);
}
