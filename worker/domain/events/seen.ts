import type { TenantActor } from "../../auth/actor.ts";
import { seenOfRecord } from "../records/seen.ts";
import type { EventView } from "./view.ts";

/** Of events about records one sees what one sees of the record; of one that is not for them, that there was something. */
export function seenEvent<V extends EventView>(access: TenantActor, view: V): V {
  const kind = view.record?.type ?? null;
  const data = seenOfRecord(access, kind, view.data);
  if (data === null) return { ...view, data: {}, previous: null };
  return { ...view, data, previous: view.previous && seenOfRecord(access, kind, view.previous, view.data) };
}
