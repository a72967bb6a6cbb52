/**
 * What woven code asks about values: operators and literals that make a large value without
 * calling anything that could be guarded. All pass the value on.
 * @module
 */
import { allocating, exceed, hurry, limits } from "./budget.ts";
import { guardedFor } from "./replace.ts";
import { lengthOf } from "./sizes.ts";

// Held here, so that tenant code cannot put its own in their place.
const { apply } = Reflect;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const { toString } = BigInt.prototype;
const toNumber = Number;

const BIG_STRING = 256 * 1024;
const BIG_ARRAY = 64 * 1024;
/** Bytes of an element of an ordinary array, and of a key made for one. */
const SLOT = 8;
const KEY = 32;
/** Assigned to `.length`: half of it, for what assigns may be no array. */
const LENGTH = 4;

/** Powers beyond this are left alone: one step of arithmetic on the largest takes some 10 ms. */
const BIGINT_BITS = 1_048_576;
const most = 1n << BigInt(BIGINT_BITS);
const least = -most;
/** From here on every tick looks: multiplication takes a millisecond. */
const slow = 1n << 100_000n;

/** A `+` or a template: strings that grow without bound. */
export function text<T>(value: T): T {
  if (typeof value === "string" && value.length > BIG_STRING) long(value.length);
  return value;
}

function long(length: number): void {
  if (length > limits.singleBytes / 2) {
    exceed("memory-limit", `made a string of ${length} characters; one may have ${limits.singleBytes / 2}`);
  }
  hurry();
}

/** What is assigned to `.length`. */
export function count<T>(value: T): T {
  if (typeof value === "number" && value > BIG_ARRAY) allocating(value * LENGTH, "an array");
  return value;
}

/** `[...]` with a spread in it. */
export function items<T>(value: T[]): T[] {
  if (value.length > BIG_ARRAY) allocating(value.length * SLOT, "an array");
  return value;
}

/** What `for … in` and `{ ...x }` list the keys of. */
export function listed<T>(value: T): T {
  if (typeof value === "string" || isArray(value) || isView(value)) list(lengthOf(value));
  return value;
}

function list(length: number): void {
  if (length > BIG_ARRAY) allocating(length * KEY, "a list of keys");
}

/** A `.constructor`, or what calling one gave. */
export const made = guardedFor;

/** A `*` or a shift: BigInts that grow without bound. */
export function product<T>(value: T): T {
  if (typeof value === "bigint") grown(value);
  return value;
}

function grown(value: bigint): void {
  if (value > most || value < least) tooLong();
  if (value > slow || value < -slow) hurry();
}

function tooLong(): never {
  return exceed("memory-limit", `made a BigInt of more than ${BIGINT_BITS} bits, which is the limit`);
}

/** `**`, which has to be judged before it is begun. */
export function power(base: unknown, exponent: unknown): number | bigint {
  const x = numeric(base);
  const y = numeric(exponent);
  if (typeof x === "bigint" && typeof y === "bigint" && y > 1n && (x > 1n || x < -1n)) {
    if (y > BIGINT_BITS || toNumber(y) * bits(x) > BIGINT_BITS) tooLong();
  }
  return (x as bigint) ** (y as bigint);
}

/** An operand as the operators take it, objects asked once. */
function numeric(operand: unknown): unknown {
  let value = operand as number;
  return value++;
}

/** To within three. */
function bits(value: bigint): number {
  return 4 * (apply(toString, value < 0n ? -value : value, [16]) as string).length;
}

/** The right side of `**=`, whose left side cannot be seen. */
export function exponent<T>(value: T): T {
  const power = numeric(value);
  if (typeof power === "bigint" && power > 64n) exceed("memory-limit", "raised a BigInt to a power above 64 with **=; write x = x ** y");
  return power as T;
}
