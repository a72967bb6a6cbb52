/**
 * Guards for buffers, the views onto them, and Node's Buffer.
 * @module
 */
import { types } from "node:util";
import { guardClass, holdersOf, made, measure, nativeClass, prototypeOf, replace, settle, taking } from "./replace.ts";
import { hold } from "./heap.ts";
import { bytesOf, isTypedArray, lengthOf, number } from "./sizes.ts";

const { apply, get } = Reflect;
const { isArray } = Array;
const { iterator } = Symbol;
const { create, getOwnPropertyDescriptor } = Object;
const { isProxy } = types;

const views = ["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Float16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"];

export function guardBuffers(scope: Record<string, unknown>): void {
  const holders = holdersOf(scope);
  guardClass(holders, "ArrayBuffer", {
    before(args) {
      taking(largest(args), "ArrayBuffer");
      return args;
    },
  });
  guardClass(holders, "SharedArrayBuffer", {
    before(args) {
      taking(largest(args), "SharedArrayBuffer");
      return args;
    },
    // V8 does not count what is shared.
    after: (buffer, args) => hold(buffer, largest(args)),
  });
  for (const name of views) {
    const native = nativeClass(holders, name);
    const width = native ? number(get(native, "BYTES_PER_ELEMENT")) : 1;
    guardClass(holders, name, {
      before(args) {
        const first = args[0];
        if (typeof first !== "object" || first === null) taking(number(first) * width, name);
        else if (isArray(first) || isTypedArray(first)) taking(lengthOf(first) * width, name);
        else if (bytesOf(first) === 0 && args.length === 1) return [listOf(first, (length) => taking(length * width, name))];
        return args;
      },
    });
  }
  const buffer = prototypeOf(scope["ArrayBuffer"]);
  measure(buffer, ["slice"]);
  asked(buffer, ["resize", "transfer", "transferToFixedLength"]);
  measure(prototypeOf(scope["SharedArrayBuffer"]), ["slice"]);
  measure(prototypeOf(Object.getPrototypeOf(scope["Uint8Array"])), ["slice", "toSorted", "toReversed", "with", "join", "toString", "toLocaleString"]);
  measure(prototypeOf(scope["Uint8Array"]), ["toBase64", "toHex"]);
  measure(scope["Uint8Array"], ["fromBase64", "fromHex"]);
  const node = scope["Buffer"];
  asked(node, ["alloc", "allocUnsafe", "allocUnsafeSlow"]);
  measure(node, ["from", "concat", "copyBytesFrom"]);
  measure(prototypeOf(node), ["toString"]);
}

/** Methods that are told how many bytes to take. */
function asked(target: unknown, names: readonly string[]): void {
  for (const name of names) {
    replace(target, name, (native) => function (...args) {
      taking(settle(args, 0), `${name}()`);
      return made(apply(native, this, args), `${name}()`);
    });
  }
}

/**
 * An object that a list is made from. Its length is read once and then stands: code behind it
 * could tell the guard one length and the engine another.
 */
export function listOf(from: object, check: (length: number) => void): object {
  if (get(from, iterator) != null) return from;
  const own = isProxy(from) ? undefined : getOwnPropertyDescriptor(from, "length");
  if (typeof own?.value === "number") {
    check(own.value);
    return from;
  }
  const length = number(get(from, "length"));
  check(length);
  return create(from, { length: { value: length } }) as object;
}

/** Bytes that a buffer may come to have. Options are read once, as in {@link listOf}. */
function largest(args: unknown[]): number {
  const least = settle(args, 0);
  const options = args[1];
  if (typeof options !== "object" || options === null) return least;
  const given = get(options, "maxByteLength");
  if (given === undefined) return least;
  const most = number(given);
  args[1] = { maxByteLength: most };
  return most > least ? most : least;
}
