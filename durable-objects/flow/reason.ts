/**
 * What an accepted start waits for, in words.
 * @module
 */
import type { FlowManifest } from "../../sdk/schema/flow.ts";
import type { Item } from "./items.ts";
import { forKey } from "./offer.ts";

const seconds = (ms: number): string => `${ms / 1_000} seconds`;
const iso = (ms: number): string => new Date(ms).toISOString();

export function reasonOf(sql: SqlStorage, flow: FlowManifest, item: Item, now: number): string {
  const { concurrency, throttle, debounce, batch, singleton } = flow;
  if (item.state === "held") {
    const due = item.due ?? now;
    if (debounce) return `starts when nothing has come for ${seconds(debounce.period_ms)}${forKey(debounce.key, item.gkey)}: at ${iso(due)} as things stand`;
    if (batch) return `${item.size} of ${batch.size} inputs collected${forKey(batch.key, item.gkey)}: starts at ${iso(due)} at the latest`;
  }
  if (item.state === "ending") return "is being cancelled";
  if (item.state === "starting") return "is about to start";
  const count = (column: "ckey" | "skey", key: string) => sql.exec<{ n: number }>(`SELECT count(*) AS n FROM items WHERE ${column} = ? AND begun = 1`, key).one().n;
  const running = concurrency ? count("ckey", item.ckey) : 0;
  if (concurrency && running >= concurrency.limit) return `${running} of ${concurrency.limit} running${forKey(concurrency.key, item.ckey)}`;
  if (singleton && count("skey", item.skey) > 0) return `waits for the end of the execution before${forKey(singleton.key, item.skey)}`;
  if (throttle) return `at most ${throttle.limit} start in ${seconds(throttle.period_ms)}${forKey(throttle.key, item.tkey)}`;
  return "waits its turn";
}
