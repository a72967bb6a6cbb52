/**
 * How much memory this isolate holds. Workers have no API for it; locally the server starts
 * workerd with V8's `--expose-statistics`, whose function is taken here and hidden from
 * tenant code. In production it is absent and the platform's own memory limit rules.
 * @module
 */

interface V8Statistics {
  new_space_live_bytes: number;
  old_space_live_bytes: number;
  lo_space_live_bytes: number;
  amount_of_external_allocated_memory: number;
}

type Reader = (collect?: boolean) => V8Statistics;

const scope: { getV8Statistics?: Reader | undefined } = globalThis as { getV8Statistics?: Reader | undefined };
const read = scope.getV8Statistics;
// V8 makes the property permanent but writable, so it can be emptied and not deleted.
if (read) scope.getV8Statistics = undefined;

export const canReadHeap: boolean = typeof read === "function";

/** Bytes of objects whose memory V8 does not know of, until they are collected. */
let held = 0;
const registry = new FinalizationRegistry<number>((bytes) => {
  held -= bytes;
});
// Bound now: tenant code may patch the prototype.
const register = registry.register.bind(registry);

/** Counts memory behind `owner` that the statistics leave out. */
export function hold(owner: object, bytes: number): void {
  if (!read) return;
  register(owner, bytes);
  held += bytes;
}

/** The same, where nobody can say when it is given back. */
export function holdForGood(bytes: number): void {
  if (read) held += bytes;
}

export interface Heap {
  /** Bytes held by the isolate, array buffers included. */
  bytes: number;
  /** Of these, in single large objects: what one call can copy or take apart. */
  large: number;
  /** Of these, what V8 does not know of. */
  held: number;
}

/**
 * All zero when it cannot be known. Costs about 0.2 ms and 0.25 ms for each further MB of
 * small objects.
 * @param collect runs the garbage collector first, so that only live bytes count; what is
 * held goes down at the event loop's next turn
 */
export function readHeap(collect: boolean): Heap {
  if (!read) return { bytes: 0, large: 0, held: 0 };
  const s = collect ? read(true) : read();
  const large = s.lo_space_live_bytes + s.amount_of_external_allocated_memory;
  return { bytes: s.new_space_live_bytes + s.old_space_live_bytes + large + held, large, held };
}
