/**
 * How large a value is, asked in a way that tenant code cannot answer for it.
 * @module
 */
const { apply, get } = Reflect;
const { isArray } = Array;
const { isView } = ArrayBuffer;

const getter = (prototype: object, name: string | symbol): (() => unknown) => Object.getOwnPropertyDescriptor(prototype, name)?.get ?? (() => undefined);
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const tagOf = getter(typedArray, Symbol.toStringTag);
const elementsOf = getter(typedArray, "length");
const viewBytes = getter(typedArray, "byteLength");
const bufferBytes = getter(ArrayBuffer.prototype, "byteLength");
const sharedBytes = getter(SharedArrayBuffer.prototype, "byteLength");

export function isTypedArray(value: unknown): boolean {
  return isView(value) && apply(tagOf, value, []) !== undefined;
}

/** Elements of a string, an array or a typed array; 0 for anything else. */
export function lengthOf(value: unknown): number {
  if (typeof value === "string" || isArray(value)) return value.length;
  return isTypedArray(value) ? (apply(elementsOf, value, []) as number) : 0;
}

/** What any object says its length is; reading it may run its code. */
export function claimedLength(value: unknown): number {
  if (typeof value !== "object" || value === null || isArray(value) || isTypedArray(value)) return lengthOf(value);
  return number(get(value, "length"));
}

/** Bytes of a string (in UTF-16 at least half), a view or a buffer; 0 for anything else. */
export function bytesOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  if (isTypedArray(value)) return apply(viewBytes, value, []) as number;
  return ofBuffer(value, bufferBytes) || ofBuffer(value, sharedBytes);
}

/** The getters throw for anything that is no such buffer. */
function ofBuffer(value: object, bytes: () => unknown): number {
  try {
    return apply(bytes, value, []) as number;
  } catch {
    return 0;
  }
}

/** A number as native code will read it; 0 for none. Throws where the engine would. */
export function number(value: unknown): number {
  return typeof value === "number" ? value : value === undefined ? 0 : +(value as number) || 0;
}
