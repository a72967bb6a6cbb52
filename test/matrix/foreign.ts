/**
 * Another tenant's ids, where a route lets one name things: in its query and in its body.
 * @module
 */
import { toBase64Url, utf8 } from "../../worker/auth/bytes.ts";
import { address, type Operation } from "./document.ts";
import type { Schema } from "./instances.ts";
import { kinds, samplesFor } from "./samples.ts";
import type { World } from "./world.ts";

/** Ids of Ada's that nobody could have chosen. */
function unchosen(samples: Record<string, string>): string[] {
  return [...new Set(Object.entries(samples).filter(([kind]) => !kinds[kind]?.chosen).map(([, id]) => id))];
}

/** For each text that a route takes in its query: Ada's ids, and words from her records. */
export async function foreignQueries(operation: Operation, world: World): Promise<Record<string, string>[]> {
  const { inside, address, name, open } = world.marks;
  const words = [inside, address, name, open, ...unchosen(world.samples)];
  const free = operation.parameters.filter((one) => one.in === "query" && one.schema.type === "string" && !one.schema.enum && !one.schema.format);
  const cursors = free.some((one) => one.name === "cursor") ? await cursorsOf(operation, world) : [];
  return free.flatMap((one) => (one.name === "cursor" ? cursors : words).map((word) => ({ [one.name]: word })));
}

/** As Ada's own list gave it, and as it might be made of her ids. */
async function cursorsOf(operation: Operation, { lab, ada, boss, samples }: World): Promise<string[]> {
  const values = { ...(await samplesFor(operation, ada, boss)), ...samples, limit: "1" };
  const { json } = await lab.call(operation.auth === "user" ? boss.token : ada.key, operation.method, address(operation, operation.paths[0] ?? "", values));
  const { next_cursor: next } = (json?.["pagination"] ?? {}) as { next_cursor?: string | null };
  const ids = unchosen(samples);
  return [...(next ? [next] : []), ...ids.map((id) => toBase64Url(utf8(id))), ...ids.map((id) => toBase64Url(utf8(`${samples["tenants"]}/${id}`)))];
}

interface ForeignBody {
  body: unknown;
  /** `refuse`: it names something of Ada's; `hush`: it may only look so. */
  must: "refuse" | "hush";
}

/** A body for each property that looks as if it named something, naming Ada's. */
export function foreignBodies({ body: schema }: Operation, fitting: unknown, samples: Record<string, string>): ForeignBody[] {
  const [choice] = schema?.oneOf ?? schema?.anyOf ?? [];
  const { properties = {} } = choice ?? schema ?? {};
  return Object.entries(properties).flatMap(([name, one]) => {
    const thing = /^(.+?)_ids?$/.exec(name)?.[1] ?? (["role", "team", "tenant", "user"].includes(name) ? name : null);
    if (thing === null) return [];
    const kind = `${thing.replaceAll("_", "-")}s`;
    const known = samples[kind];
    const ids = known === undefined ? unchosen(samples) : [known];
    const must = known === undefined || kinds[kind]?.chosen ? "hush" : "refuse";
    return ids.map((id): ForeignBody => ({ body: { ...(fitting as object), [name]: isList(one) ? [id] : id }, must }));
  });
}

const isList = ({ type, anyOf = [] }: Schema): boolean => type === "array" || anyOf.some((one) => one.type === "array");
