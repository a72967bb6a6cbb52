/**
 * Places in guarded modules told as places in the sources.
 * @module
 */
import { decode, type SourceMapMappings, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { sizeOf, type StoredMap, type StoredMaps } from "./maps.ts";

/** Line and column count from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
  /** What the sources call the thing at this place, where the bundle calls it otherwise. */
  name: string | null;
}

/** The last segment at or before `column`, from 0. */
function segmentAt(mappings: SourceMapMappings, line: number, column: number): SourceMapSegment | undefined {
  const segments = mappings[line] ?? [];
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.[0] ?? 0) <= column) low = middle + 1;
    else high = middle;
  }
  return segments[low - 1];
}

/** Column in the module that was sent, both from 1: the guard inserts text and keeps lines. */
export function unguardedColumn(guard: SourceMapMappings, line: number, column: number): number {
  const segment = segmentAt(guard, line - 1, column - 1);
  if (!segment || segment.length === 1) return column;
  return segment[3] + column - segment[0];
}

class ModulePlaces {
  readonly #guard: SourceMapMappings;
  readonly #mappings: SourceMapMappings;
  readonly #sources: readonly (string | null)[];
  readonly #names: readonly string[];

  constructor({ guard, map }: StoredMap) {
    this.#guard = decode(guard);
    this.#mappings = decode(map.mappings);
    this.#sources = map.sources;
    this.#names = map.names ?? [];
  }

  find(line: number, column: number): Place | null {
    const segment = segmentAt(this.#mappings, line - 1, unguardedColumn(this.#guard, line, column) - 1);
    if (!segment || segment.length === 1) return null;
    const file = this.#sources[segment[1]];
    if (typeof file !== "string") return null;
    return { file, line: segment[2] + 1, column: segment[3] + 1, name: this.#names[segment[4] ?? -1] ?? null };
  }
}

/** The maps of one bundle, each unpacked when it is first asked. */
export class Places {
  readonly #maps: StoredMaps;
  readonly #modules = new Map<string, ModulePlaces>();
  /** Segments it may hold unpacked. */
  readonly size: number;

  constructor(maps: StoredMaps) {
    this.#maps = maps;
    this.size = sizeOf(maps);
  }

  /** Null when the sources have no such place. */
  find(module: string, line: number, column: number): Place | null {
    const map = Object.hasOwn(this.#maps, module) ? this.#maps[module] : undefined;
    if (!map) return null;
    const places = this.#modules.get(module) ?? new ModulePlaces(map);
    this.#modules.set(module, places);
    return places.find(line, column);
  }
}

/** A frame of a stack: what is called, and where in the bundle. */
const frame = /^(\s+at (?:async )?)(?:(.{1,200}?) \()?bundle\/([^\s:()]{1,300}):(\d{1,9}):(\d{1,9})\)?$/;

/** A stack whose frames tell places in the sources, as far as they are known. */
export function sourceStack(stack: string, places: Places): string {
  const lines = stack.split("\n");
  let caller: Place | null = null;
  // From the outermost frame inwards: the place of a call knows the called function's own name.
  for (let index = lines.length - 1; index >= 0; index--) {
    const match = frame.exec(lines[index] ?? "");
    const place: Place | null = match && places.find(match[3] ?? "", Number(match[4]), Number(match[5]));
    if (match && place) {
      const at = `${place.file}:${place.line}:${place.column}`;
      const called = match[2] === undefined ? undefined : ownName(match[2], caller);
      lines[index] = called === undefined ? `${match[1]}${at}` : `${match[1]}${called} (${at})`;
    }
    caller = place;
  }
  return lines.join("\n");
}

/** Bundlers put a number behind a name that is taken. */
function ownName(called: string, caller: Place | null): string {
  const match = /^(.*?)([\p{ID_Start}$_][\p{ID_Continue}$]*?)\d+$/u.exec(called);
  return match && caller?.name === match[2] ? `${match[1]}${match[2]}` : called;
}
