// One line of the result: medians of the rounds, ratios of what ran in the same round.
import { median, round } from "./stats.mjs";

/** How many times `a` is `b`, round by round where both ran in rounds. */
function ratioOf(a, b) {
  if (!a?.length || !b?.length) return null;
  return a.length === b.length ? median(a.map((value, index) => value / b[index])) : median(a) / median(b);
}

/**
 * @param {{ measure: string, unit: string, placement: "own" | "pooled" | null, everstep: number[] | null,
 *   bare?: number[] | null, cloudflare?: number[] | null, better: "higher" | "lower", relative?: boolean,
 *   target?: { bare?: number, cloudflare?: number, overBare?: number } }} options
 *   target.bare, target.cloudflare: the ratio to reach (at least it where higher is better, at
 *   most where lower is); target.overBare: what may be added to the bare figure
 */
export function row({ measure, unit, placement, everstep, bare = null, cloudflare = null, better, relative = true, target }) {
  const value = (samples) => (samples?.length ? round(median(samples)) : null);
  const result = { measure, unit, placement, everstep: value(everstep), bare: value(bare), cloudflare: value(cloudflare) };
  const toBare = ratioOf(everstep, bare);
  const toCloudflare = ratioOf(everstep, cloudflare);
  if (relative && toBare !== null) result.to_bare = round(toBare);
  if (relative && toCloudflare !== null) result.to_cloudflare = better === "higher" ? round(toCloudflare) : round(1 / toCloudflare);
  if (!target) return result;
  const reached = (ratio, wanted) => wanted === undefined || (better === "higher" ? ratio >= wanted : ratio <= wanted);
  const over = target.overBare === undefined || median(everstep) - median(bare) < target.overBare;
  return { ...result, target: describe(target, better), met: reached(toBare, target.bare) && reached(toCloudflare, target.cloudflare) && over };
}

function describe({ bare, cloudflare, overBare }, better) {
  const parts = [];
  if (bare !== undefined) parts.push(`${better === "higher" ? "≥" : "≤"} ${bare} × bare`);
  if (cloudflare !== undefined) parts.push(better === "higher" ? `≥ ${cloudflare} × Cloudflare` : `${Math.round(1 / cloudflare)} × faster than Cloudflare`);
  if (overBare !== undefined) parts.push(`< bare + ${overBare} ms`);
  return parts.join(", ");
}
