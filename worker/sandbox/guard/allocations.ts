/**
 * Guards for single calls that take much memory at once, between two ticks: texts, lists of
 * keys, copies. Small ones cost one comparison. The rest of it: ./buffers.ts, ./arrays.ts,
 * ./host-objects.ts.
 * @module
 */
import { guardArrays } from "./arrays.ts";
import { allocating, exceed, hurry, weigh } from "./budget.ts";
import { guardBuffers } from "./buffers.ts";
import { guardHostObjects } from "./host-objects.ts";
import { CHARACTER, holdersOf, made, measure, prototypeOf, replace, settle, SLOT, taking } from "./replace.ts";
import { count, listed, product } from "./values.ts";

const { apply } = Reflect;
const text = String;

/** Below this nobody counts. */
const SMALL = 4096;
/** Longer ones are looked at before a text is searched for them. */
const SHORT_PATTERN = 256;
/** Some 10 s, at worst. */
const MOST_COMPARED = 2 ** 34;
/** Characters that a BigInt is read from. */
const LONGEST_BIGINT = 400_000;

/**
 * Makes the constructors and methods of `scope` account for what they allocate, and removes
 * WebAssembly, whose memories are beyond any account. Run it before tenant code.
 * Guarded calls throw LimitExceeded "memory-limit".
 */
export function guardAllocations(scope: Record<string, unknown>): void {
  Reflect.deleteProperty(scope, "WebAssembly");
  guardBuffers(scope);
  guardArrays(scope);
  guardStrings(scope);
  guardObjects(scope);
  guardBigInt(scope);
  guardHostObjects(scope);
}

function guardStrings(scope: Record<string, unknown>): void {
  const string = prototypeOf(scope["String"]);
  replace(string, "repeat", (native) => function (...args) {
    const self = typeof this === "string" || this == null ? this : text(this);
    taking(((self as string | undefined)?.length ?? 0) * settle(args, 0) * CHARACTER, "repeat()");
    return apply(native, self, args);
  });
  for (const name of ["padStart", "padEnd"]) {
    replace(string, name, (native) => function (...args) {
      taking(settle(args, 0) * CHARACTER, `${name}()`);
      return apply(native, this, args);
    });
  }
  replace(string, "concat", (native) => function (...args) { return made(apply(native, this, args), "concat()"); });
  replace(string, "replace", (native) => function (...args) { searching(this, args[0], "replace"); return made(apply(native, this, args), "replace()"); });
  replace(string, "replaceAll", (native) => function (...args) { searching(this, args[0], "replaceAll"); return made(apply(native, this, args), "replaceAll()"); });
  replace(string, "split", (native) => function (...args) { searching(this, args[0], "split"); return made(apply(native, this, args), "split()"); });
  replace(string, "includes", (native) => function (...args) { searching(this, args[0], "includes"); return apply(native, this, args); });
  replace(string, "indexOf", (native) => function (...args) { searching(this, args[0], "indexOf"); return apply(native, this, args); });
  replace(string, "lastIndexOf", (native) => function (...args) { searching(this, args[0], "lastIndexOf"); return apply(native, this, args); });
  replace(string, "toLowerCase", (native) => function (...args) { return made(apply(native, this, args), "toLowerCase()"); });
  replace(string, "toUpperCase", (native) => function (...args) { return made(apply(native, this, args), "toUpperCase()"); });
  measure(string, ["normalize", "toLocaleLowerCase", "toLocaleUpperCase", "toWellFormed"]);
  measure(scope["String"], ["raw", "fromCharCode", "fromCodePoint"]);
  for (const holder of holdersOf(scope)) measure(holder, ["atob", "btoa", "decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "unescape"]);
}

/** A search can take as many steps as the product of both lengths. */
function searching(self: unknown, pattern: unknown, method: string): void {
  if (typeof pattern === "string" && pattern.length > SHORT_PATTERN && typeof self === "string" && (self.length - pattern.length) * pattern.length > MOST_COMPARED) {
    exceed("cpu-limit", `called ${method}() with a pattern of ${pattern.length} characters on a text of ${self.length}; the product may be ${MOST_COMPARED}`);
  }
}

function guardObjects(scope: Record<string, unknown>): void {
  const { Object: object, Reflect: reflect, JSON: json } = scope;
  replace(object, "keys", (native) => function (...args) { listed(args[0]); return apply(native, this, args); });
  replace(object, "values", (native) => function (...args) { listed(args[0]); return apply(native, this, args); });
  replace(object, "entries", (native) => function (...args) { listed(args[0]); return apply(native, this, args); });
  replace(object, "assign", (native) => function (...args) {
    for (let i = 1; i < args.length; i++) listed(args[i]);
    return apply(native, this, args);
  });
  for (const name of ["getOwnPropertyNames", "getOwnPropertyDescriptors"]) replace(object, name, (native) => function (...args) { listed(args[0]); return apply(native, this, args); });
  replace(reflect, "ownKeys", (native) => function (...args) { listed(args[0]); return apply(native, this, args); });
  for (const target of [object, reflect]) {
    replace(target, "defineProperty", (native) => function (...args) {
      if (args[1] === "length") count((args[2] as { value?: unknown } | undefined)?.value);
      return apply(native, this, args);
    });
  }
  replace(reflect, "set", (native) => function (...args) {
    if (args[1] === "length") count(args[2]);
    return apply(native, this, args);
  });
  replace(json, "stringify", (native) => function (...args) { return made(apply(native, this, args), "stringify()"); });
  replace(json, "parse", (native) => function (...args) {
    if (typeof args[0] === "string" && args[0].length > SMALL) weigh(args[0].length * SLOT);
    return apply(native, this, args);
  });
  const set = prototypeOf(scope["Set"]);
  for (const name of ["difference", "intersection", "symmetricDifference", "union"]) {
    replace(set, name, (native) => function (...args) {
      hurry();
      return apply(native, this, args);
    });
  }
  for (const holder of holdersOf(scope)) {
    replace(holder, "structuredClone", (native) => function (...args) {
      // What hangs on an object cannot be seen from here.
      if (typeof args[0] === "object") hurry();
      return made(apply(native, this, args), "structuredClone()");
    });
  }
}

function guardBigInt(scope: Record<string, unknown>): void {
  const native = scope["BigInt"];
  if (typeof native !== "function") return;
  replace(scope, "BigInt", (native) => (...args) => {
    if (typeof args[0] === "string" && args[0].length > LONGEST_BIGINT) allocating(Infinity, "a BigInt");
    return product(apply(native, undefined, args));
  });
  const guarded = scope["BigInt"] as object;
  for (const name of ["asIntN", "asUintN", "prototype"]) Object.defineProperty(guarded, name, { ...Object.getOwnPropertyDescriptor(native, name) });
  for (const name of ["asIntN", "asUintN"]) replace(guarded, name, (native) => (...args) => product(apply(native, undefined, args)));
  Object.defineProperty(prototypeOf(native) ?? {}, "constructor", { value: guarded, writable: true, configurable: true });
}
