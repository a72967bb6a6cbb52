/**
 * Tools to put guarded functions in the place of native ones.
 * @module
 */
import { allocating } from "./budget.ts";
import { bytesOf, number } from "./sizes.ts";

export type Native = (this: unknown, ...args: unknown[]) => unknown;
export type NativeClass = new (...args: unknown[]) => object;

// Held here, so that tenant code cannot put its own in their place and see the originals.
const { apply, construct, get, ownKeys } = Reflect;
const { isArray } = Array;
const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } = Object;

/** Below this nobody counts. */
const SMALL = 4096;
/** Bytes of an element of an ordinary array. */
export const SLOT = 8;
/** Of a character, where it takes most. */
export const CHARACTER = 2;

/**
 * Puts `make(original)` in the place of a method that `target` has itself. `make` is written out at
 * each call: engines keep what they learn of a function by where it stands in the text.
 */
export function replace(target: unknown, name: PropertyKey, make: (native: Native) => Native): void {
  if ((typeof target !== "object" && typeof target !== "function") || target === null) return;
  const { value: native, enumerable } = getOwnPropertyDescriptor(target, name) ?? {};
  if (typeof native !== "function") return;
  const guarded = make(native as Native);
  for (const key of ["name", "length"]) defineProperty(guarded, key, { value: get(native, key), configurable: true });
  defineProperty(target, name, { value: guarded, writable: true, configurable: true, enumerable: enumerable ?? false });
}

/** Accounts for what a call is about to take. */
export function taking(bytes: number, what: string): void {
  if (bytes > SMALL) allocating(bytes, what);
}

/** Accounts for what a call has made, where the engine itself bounds how large that can be. */
export function made<T>(result: T, what: string): T {
  if (typeof result === "string") taking(result.length * CHARACTER, what);
  else if (isArray(result)) taking(result.length * SLOT, what);
  else if (typeof result === "object" && result !== null) taking(bytesOf(result), what);
  return result;
}

/** Replaces methods that are seldom called, all alike, to account for what they made. */
export function measure(target: unknown, names: readonly string[]): void {
  for (const name of names) replace(target, name, (native) => function (...args) { return made(apply(native, this, args), `${name}()`); });
}

/** Objects with code of their own are asked once: the engine gets the number that was judged. */
export function settle(args: unknown[], index: number): number {
  const value = args[index];
  if (typeof value === "object" || typeof value === "function") args[index] = number(value);
  return number(args[index]);
}

export function prototypeOf(constructor: unknown): object | null {
  return typeof constructor === "function" ? (constructor.prototype as object) : null;
}

const standIns = new Map<unknown, unknown>();
const standIn = standIns.get.bind(standIns);

/** For constructors that their prototypes have to go on naming. */
export function standFor(native: object, guarded: object): void {
  standIns.set(native, guarded);
}

/** What woven code gets for a `.constructor` it reads, or for what it made by calling one. */
export function guardedFor<T>(value: T): T {
  if (typeof value === "function") return (standIn(value) as T | undefined) ?? value;
  return isArray(value) ? made(value, "an array") : value;
}

/** The global and what it inherits from: each may have some of its classes. */
export function holdersOf(scope: object): object[] {
  const holders: object[] = [];
  for (let at: object | null = scope; at; at = getPrototypeOf(at) as object | null) holders.push(at);
  return holders;
}

export function nativeClass(holders: readonly object[], name: string): NativeClass | null {
  for (const holder of holders) {
    const value: unknown = getOwnPropertyDescriptor(holder, name)?.value;
    if (typeof value === "function") return value as NativeClass;
  }
  return null;
}

/** Puts `guarded` in the place of a class wherever it is, with its statics and its prototype. */
export function replaceClass(holders: readonly object[], name: string, native: NativeClass, guarded: NativeClass): void {
  for (const key of ownKeys(native)) {
    const descriptor = getOwnPropertyDescriptor(native, key);
    if (descriptor) defineProperty(guarded, key, descriptor);
  }
  setPrototypeOf(guarded, getPrototypeOf(native) as object);
  for (const holder of holders) {
    const descriptor = getOwnPropertyDescriptor(holder, name);
    if (descriptor?.value === native) defineProperty(holder, name, { ...descriptor, value: guarded });
  }
}

interface ClassGuard {
  /** @returns the arguments to go on with */
  before?(args: unknown[]): unknown[];
  after?(object: object, args: unknown[]): void;
}

/** Puts a look before and after a constructor. Subclasses and calls without `new` stay as they are. */
export function guardClass(holders: readonly object[], name: string, { before, after }: ClassGuard): void {
  const native = nativeClass(holders, name);
  if (!native) return;
  const guarded = function (this: unknown, ...given: unknown[]): unknown {
    if (new.target === undefined) return apply(native as unknown as Native, this, given);
    const args = before ? before(given) : given;
    const object = construct(native, args, (new.target as unknown) === guarded ? native : new.target) as object;
    after?.(object, args);
    return object;
  } as unknown as NativeClass;
  replaceClass(holders, name, native, guarded);
  defineProperty(get(native, "prototype") as object, "constructor", { value: guarded, writable: true, configurable: true });
}
