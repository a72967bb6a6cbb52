/**
 * Source maps as they are kept: beside the sources they belong to, never in the bundle.
 * @module
 */
import type { SourceMap } from "../../../sdk/schema/manifest.ts";

/** Of one module. */
export interface StoredMap {
  /** Mappings from the guarded module, which runs, to the one that was sent. */
  guard: string;
  /** From the module that was sent to its sources. */
  map: SourceMap;
}

/** By the module's path. */
export type StoredMaps = Record<string, StoredMap>;

/** Key in env.BLOBS. One bundle may have several maps: comments move lines and change no code. */
export function mapsKey(bundle: string, sourcesKey: string): string {
  return `maps/${sourcesKey.replace(/^sources\//, "").replace(/\.json$/, "")}/${bundle}.json`;
}

/** How many segments mappings have, at most; unpacked, each takes some 80 bytes. */
function segmentsIn(mappings: string): number {
  let count = 1;
  for (let index = 0; index < mappings.length; index++) {
    const code = mappings.charCodeAt(index);
    if (code === 44 || code === 59) count++;
  }
  return count;
}

/** In segments. */
export function sizeOf(maps: StoredMaps): number {
  return Object.values(maps).reduce((sum, { guard, map }) => sum + segmentsIn(guard) + segmentsIn(map.mappings), 0);
}
