/**
 * Guards for objects whose memory lies outside of V8: bodies, headers, forms, blobs. What V8
 * is not told of is counted here until the object is collected (`hold`).
 * @module
 */
import { allocating, hurry, weigh } from "./budget.ts";
import { hold } from "./heap.ts";
import { guardClass, holdersOf, made, measure, nativeClass, prototypeOf, replace, taking } from "./replace.ts";
import { bytesOf } from "./sizes.ts";

type Each = (callback: (value: unknown, name: unknown) => void) => void;

const { apply, get } = Reflect;
const { then } = Promise.prototype;

/** Below this an object of the host is not much more than its own size in V8's books. */
const SMALL = 1024;
/** Bytes that objects hold and that are not in the books yet. */
const loose = new WeakMap<object, number>();
/** All that an object was given. */
const given = new WeakMap<object, number>();
// Bound now: tenant code may patch the prototypes.
const looseOf = loose.get.bind(loose);
const setLoose = loose.set.bind(loose);
const givenTo = given.get.bind(given);
const setGiven = given.set.bind(given);

export function guardHostObjects(scope: Record<string, unknown>): void {
  const holders = holdersOf(scope);
  const proto = (name: string): object | null => prototypeOf(nativeClass(holders, name));
  measure(proto("TextEncoder"), ["encode"]);
  measure(proto("TextDecoder"), ["decode"]);
  guardBodies(holders, proto);
  guardBlobs(holders, proto);

  const listed = proto("Headers");
  if (listed) {
    const each = get(listed, "forEach") as Each;
    guardClass(holders, "Headers", { after: (headers, args) => args[0] !== undefined && grow(headers, entries(headers, each)) });
    appended(listed, ["append", "set"]);
  }
  const params = proto("URLSearchParams");
  if (params) {
    const each = get(params, "forEach") as Each;
    guardClass(holders, "URLSearchParams", { after: (search, args) => args[0] !== undefined && grow(search, typeof args[0] === "string" ? args[0].length : entries(search, each)) });
    appended(params, ["append", "set"]);
  }
  appended(proto("FormData"), ["append", "set"]);
  appended(proto("WebSocket"), ["send"]);
  guardClass(holders, "URL", {
    before(args) {
      taking(bytesOf(args[0]) + bytesOf(args[1]), "URL");
      return args;
    },
    after: (url, args) => grow(url, bytesOf(args[0]) + bytesOf(args[1])),
  });
  replace(proto("MessagePort"), "postMessage", (native) => function (...args) {
    if (typeof args[0] === "object") hurry();
    weigh(bytesOf(args[0]));
    return apply(native, this, args);
  });
}

function guardBodies(holders: readonly object[], proto: (name: string) => object | null): void {
  guardClass(holders, "Response", { after: (response, args) => grow(response, sizeOf(args[0]) + headersOf(response, args[1])) });
  guardClass(holders, "Request", {
    after(request, args) {
      const [input, init] = args as [unknown, { body?: unknown } | undefined];
      grow(request, bytesOf(input) + sizeOf(init?.body) + headersOf(request, init));
    },
  });
  for (const target of [proto("Body"), proto("Response"), proto("Request"), proto("Blob")]) {
    for (const name of ["text", "arrayBuffer", "bytes"]) {
      replace(target, name, (native) => function (...args) { return apply(then, apply(native, this, args), [(body: unknown) => made(body, `${name}()`)]); });
    }
    for (const name of ["json", "formData", "blob"]) {
      replace(target, name, (native) => function (...args) {
        return apply(then, apply(native, this, args), [
          (body: unknown) => {
            hurry();
            return body;
          },
        ]);
      });
    }
  }
}

/** V8 knows of what these hold, and is asked too seldom. */
function guardBlobs(holders: readonly object[], proto: (name: string) => object | null): void {
  const blob = proto("Blob");
  const size = blob ? Object.getOwnPropertyDescriptor(blob, "size")?.get : undefined;
  if (!size) return;
  for (const name of ["Blob", "File"]) guardClass(holders, name, { after: (object) => taking(apply(size, object, []) as number, name) });
}

/** Methods whose arguments an object keeps. */
function appended(target: object | null, names: readonly string[]): void {
  for (const name of names) {
    replace(target, name, (native) => function (...args) {
      const result = apply(native, this, args);
      grow(this as object, bytesOf(args[0]) + bytesOf(args[1]));
      return result;
    });
  }
}

/** A body's bytes; that of another object, as far as it is known. */
function sizeOf(body: unknown): number {
  return typeof body === "object" && body !== null ? (givenTo(body) ?? bytesOf(body)) : bytesOf(body);
}

function headersOf(object: object, init: unknown): number {
  if (typeof init !== "object" || init === null || get(init, "headers") === undefined) return 0;
  const headers = get(object, "headers") as object;
  return entries(headers, get(headers, "forEach") as Each);
}

function entries(object: object, each: Each): number {
  let bytes = 0;
  apply(each, object, [
    (value: unknown, name: unknown) => {
      bytes += bytesOf(value) + bytesOf(name);
    },
  ]);
  return bytes;
}

function grow(owner: object, bytes: number): void {
  if (bytes === 0) return;
  setGiven(owner, (givenTo(owner) ?? 0) + bytes);
  const total = (looseOf(owner) ?? 0) + bytes;
  if (total < SMALL) {
    setLoose(owner, total);
    return;
  }
  setLoose(owner, 0);
  hold(owner, total);
  allocating(total, "a body or a header");
}
