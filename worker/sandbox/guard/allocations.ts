/**
 * Guards for single calls that take much memory at once, between two ticks: buffers,
 * repeated and padded strings, arrays made from a length. Small ones cost one comparison.
 * Constructors are proxies: `instanceof`, subclasses, statics and `constructor` stay right.
 * @module
 */
import { allocating } from "./budget.ts";

type Method = (this: unknown, ...args: unknown[]) => unknown;
type AnyConstructor = new (...args: unknown[]) => object;

// Held here, so that tenant code cannot put its own in their place and see the originals.
const { apply, construct, get } = Reflect;

/** Below this nobody counts. */
const SMALL = 4096;
/** Bytes of an element of an ordinary array. */
const SLOT = 8;

const buffers = ["ArrayBuffer", "SharedArrayBuffer"];
const views = ["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Float16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"];

/**
 * Makes the constructors and methods of `scope` account for what they allocate, and removes
 * WebAssembly, whose memories are beyond any account. Run it before tenant code.
 * Guarded calls throw LimitExceeded "memory-limit".
 */
export function guardAllocations(scope: Record<string, unknown>): void {
  for (const name of buffers) replaceConstructor(scope, name, (args) => largest(args[0], args[1]));
  for (const name of views) replaceConstructor(scope, name, (args, width) => elements(args[0]) * width);
  Reflect.deleteProperty(scope, "WebAssembly");

  const string = prototypeOf(scope["String"]);
  wrap(string, "repeat", (self, args) => chars(self) * number(args[0]));
  wrap(string, "padStart", (_, args) => number(args[0]));
  wrap(string, "padEnd", (_, args) => number(args[0]));
  for (const name of ["replace", "replaceAll", "normalize", "toUpperCase", "toLowerCase", "concat"]) measure(string, name);

  const array = prototypeOf(scope["Array"]);
  wrap(array, "fill", (self) => lengthOf(self) * SLOT);
  measure(array, "join");
  for (const name of ["concat", "flat"]) measure(array, name);
  wrap(scope["Array"], "from", (_, args) => lengthOf(args[0]) * SLOT);
  measure(scope["JSON"], "stringify");

  const buffer = scope["Buffer"];
  for (const name of ["alloc", "allocUnsafe", "allocUnsafeSlow"]) wrap(buffer, name, (_, args) => number(args[0]));
  const arrayBuffer = prototypeOf(scope["ArrayBuffer"]);
  for (const name of ["resize", "transfer", "transferToFixedLength"]) wrap(arrayBuffer, name, (_, args) => number(args[0]));
}

function replaceConstructor(scope: Record<string, unknown>, name: string, bytes: (args: unknown[], width: number) => number): void {
  const original = scope[name];
  if (typeof original !== "function") return;
  const width = number(get(original, "BYTES_PER_ELEMENT")) || 1;
  const guarded = new Proxy(original as unknown as AnyConstructor, {
    construct(target, args: unknown[], newTarget) {
      const wanted = bytes(args, width);
      if (wanted > SMALL) allocating(wanted, name);
      return construct(target, args, newTarget) as object;
    },
  });
  const prototype = prototypeOf(original);
  if (prototype) Object.defineProperty(prototype, "constructor", { value: guarded, writable: true, configurable: true });
  Object.defineProperty(scope, name, { value: guarded, writable: true, configurable: true });
}

/** Accounts before the call, from its arguments. */
function wrap(target: unknown, name: string, bytes: (self: unknown, args: unknown[]) => number): void {
  replaceMethod(target, name, (original) =>
    function (this: unknown, ...args: unknown[]): unknown {
      const wanted = bytes(this, args);
      if (wanted > SMALL) allocating(wanted, `${name}()`);
      return apply(original, this, args);
    },
  );
}

/** Accounts after the call, from its result: the engine itself bounds how large one can be. */
function measure(target: unknown, name: string): void {
  replaceMethod(target, name, (original) =>
    function (this: unknown, ...args: unknown[]): unknown {
      const result = apply(original, this, args);
      if (typeof result === "string" ? result.length > SMALL : lengthOf(result) > SMALL) {
        allocating(typeof result === "string" ? result.length : lengthOf(result) * SLOT, `${name}()`);
      }
      return result;
    },
  );
}

function replaceMethod(target: unknown, name: string, make: (original: Method) => Method): void {
  if ((typeof target !== "object" && typeof target !== "function") || target === null) return;
  const original: unknown = get(target, name);
  if (typeof original !== "function") return;
  const guarded = make(original as Method);
  Object.defineProperty(guarded, "name", { value: name });
  Object.defineProperty(guarded, "length", { value: original.length });
  Object.defineProperty(target, name, { value: guarded, writable: true, configurable: true, enumerable: false });
}

function prototypeOf(constructor: unknown): object | null {
  return typeof constructor === "function" ? (constructor.prototype as object) : null;
}

function number(value: unknown): number {
  return typeof value === "number" ? value : typeof value === "string" ? Number(value) || 0 : 0;
}

function chars(value: unknown): number {
  return typeof value === "string" ? value.length : String(value).length;
}

function lengthOf(value: unknown): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null && "length" in value ? number(value.length) : 0;
}

/** Elements of a new view: a length, or something to copy; a view onto a buffer takes none. */
function elements(from: unknown): number {
  return typeof from === "object" ? lengthOf(from) : number(from);
}

function largest(length: unknown, options: unknown): number {
  const most = typeof options === "object" && options !== null ? get(options, "maxByteLength") : 0;
  return Math.max(number(length), number(most));
}
