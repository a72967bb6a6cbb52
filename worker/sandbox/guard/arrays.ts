/**
 * Guards for arrays: for what makes them from a length, and against methods that go over
 * more elements than any array can have. No counter runs inside those, so that
 * `indexOf.call({ length: 2 ** 53 })` would hold the thread for good.
 * @module
 */
import { allocating, exceed } from "./budget.ts";
import { listOf } from "./buffers.ts";
import { holdersOf, made, nativeClass, type NativeClass, prototypeOf, replace, replaceClass, SLOT, standFor, taking } from "./replace.ts";
import { claimedLength, isTypedArray, lengthOf } from "./sizes.ts";

const { apply, construct } = Reflect;
const { isArray } = Array;

/** From here on a length alone is counted. */
const LONG = 4096;
/** Counted for each element: some 10 us of looking up how a language writes it. */
const LOCALE_TEXT = 512;
/** More elements than fit into the memory of an isolate: a list of holes, or of lies. */
const MOST = 33_554_432;

export function guardArrays(scope: Record<string, unknown>): void {
  guardConstructor(scope);
  const array = prototypeOf(scope["Array"]);
  replace(array, "fill", (native) => function (...args) {
    const length = bounded(this, "fill");
    if (length > LONG) allocating(length * SLOT, "fill()");
    return apply(native, this, args);
  });
  replace(array, "join", (native) => function (...args) { bounded(this, "join"); return made(apply(native, this, args), "join()"); });
  replace(array, "concat", (native) => function (...args) { return made(apply(native, this, args), "concat()"); });
  replace(array, "flat", (native) => function (...args) { bounded(this, "flat"); return made(apply(native, this, args), "flat()"); });
  guardSearches(array);
  guardChanges(array);
  guardCallbacks(array);
}

/** A plain function, not a proxy: `new Array(n)` stays as fast as it was. */
function guardConstructor(scope: Record<string, unknown>): void {
  const holders = holdersOf(scope);
  const native = nativeClass(holders, "Array");
  if (!native) return;
  const guarded = function (...args: unknown[]): unknown {
    if (args.length === 1 && typeof args[0] === "number" && args[0] > LONG) allocating(args[0] * SLOT, "an array");
    return new.target === undefined || (new.target as unknown) === guarded ? construct(native, args) : construct(native, args, new.target);
  } as unknown as NativeClass;
  replaceClass(holders, "Array", native, guarded);
  // Its prototype's `constructor` stays: V8 is up to 50 times slower at slice, map and filter
  // once it was written to. Woven code that reads it gets the guarded one.
  standFor(native, guarded);
  // Made by the original, arrays have no holes in the engine's books.
  const own = (constructor: unknown): unknown => (constructor === guarded ? native : constructor);
  replace(guarded, "from", (native) => function (...args) {
    const first = args[0];
    if (typeof first !== "object" || first === null || isArray(first) || isTypedArray(first)) elements(lengthOf(first));
    else args[0] = listOf(first, elements);
    return apply(native, own(this), args);
  });
  replace(guarded, "of", (native) => function (...args) { return apply(native, own(this), args); });
}

function elements(length: number): void {
  if (length > LONG) allocating(length * SLOT, "from()");
}

function guardSearches(array: object | null): void {
  replace(array, "indexOf", (native) => function (...args) { bounded(this, "indexOf"); return apply(native, this, args); });
  replace(array, "lastIndexOf", (native) => function (...args) { bounded(this, "lastIndexOf"); return apply(native, this, args); });
  replace(array, "includes", (native) => function (...args) { bounded(this, "includes"); return apply(native, this, args); });
  replace(array, "slice", (native) => function (...args) { bounded(this, "slice"); return apply(native, this, args); });
  replace(array, "toReversed", (native) => function (...args) { bounded(this, "toReversed"); return apply(native, this, args); });
  replace(array, "toSorted", (native) => function (...args) { bounded(this, "toSorted"); return apply(native, this, args); });
  replace(array, "toSpliced", (native) => function (...args) { bounded(this, "toSpliced"); return apply(native, this, args); });
  replace(array, "with", (native) => function (...args) { bounded(this, "with"); return apply(native, this, args); });
  replace(array, "toLocaleString", (native) => function (...args) {
    taking(bounded(this, "toLocaleString") * LOCALE_TEXT, "toLocaleString()");
    return apply(native, this, args);
  });
}

function guardChanges(array: object | null): void {
  replace(array, "copyWithin", (native) => function (...args) { bounded(this, "copyWithin"); return apply(native, this, args); });
  replace(array, "reverse", (native) => function (...args) { bounded(this, "reverse"); return apply(native, this, args); });
  replace(array, "shift", (native) => function (...args) { bounded(this, "shift"); return apply(native, this, args); });
  replace(array, "sort", (native) => function (...args) { bounded(this, "sort"); return apply(native, this, args); });
  replace(array, "splice", (native) => function (...args) { bounded(this, "splice"); return apply(native, this, args); });
  replace(array, "unshift", (native) => function (...args) { bounded(this, "unshift"); return apply(native, this, args); });
}

/** Holes call nothing back, so these too can run without a tick. */
function guardCallbacks(array: object | null): void {
  replace(array, "every", (native) => function (...args) { bounded(this, "every"); return apply(native, this, args); });
  replace(array, "filter", (native) => function (...args) { bounded(this, "filter"); return apply(native, this, args); });
  replace(array, "find", (native) => function (...args) { bounded(this, "find"); return apply(native, this, args); });
  replace(array, "findIndex", (native) => function (...args) { bounded(this, "findIndex"); return apply(native, this, args); });
  replace(array, "findLast", (native) => function (...args) { bounded(this, "findLast"); return apply(native, this, args); });
  replace(array, "findLastIndex", (native) => function (...args) { bounded(this, "findLastIndex"); return apply(native, this, args); });
  replace(array, "flatMap", (native) => function (...args) { bounded(this, "flatMap"); return apply(native, this, args); });
  replace(array, "forEach", (native) => function (...args) { bounded(this, "forEach"); return apply(native, this, args); });
  replace(array, "map", (native) => function (...args) { bounded(this, "map"); return apply(native, this, args); });
  replace(array, "reduce", (native) => function (...args) { bounded(this, "reduce"); return apply(native, this, args); });
  replace(array, "reduceRight", (native) => function (...args) { bounded(this, "reduceRight"); return apply(native, this, args); });
  replace(array, "some", (native) => function (...args) { bounded(this, "some"); return apply(native, this, args); });
}

/** The length of what a method is called on. */
function bounded(self: unknown, method: string): number {
  return isArray(self) && self.length <= MOST ? self.length : unusual(self, method);
}

function unusual(self: unknown, method: string): number {
  const length = claimedLength(self);
  if (length > MOST) exceed("cpu-limit", `called ${method}() on ${length} elements; it may have ${MOST}`);
  return length;
}
