/**
 * Guards for objects whose memory lies outside of V8: bodies, headers, forms, blobs. What V8
 * is not told of is counted here until the object is collected (`hold`).
 * @module
 */
import { allocating, hurry, weigh } from "./budget.ts";
import { hold, holdForGood } from "./heap.ts";
import { guardClass, holdersOf, made, measure, nativeClass, prototypeOf, replace, taking } from "./replace.ts";
import { bytesOf } from "./sizes.ts";

type Each = (callback: (value: unknown, name: unknown) => void) => void;

const { apply, get } = Reflect;
const { then } = Promise.prototype;
const { stringify } = JSON;

/** Below this an object of the host is not much more than its own size in V8's books. */
const SMALL = 1024;
/** From here on the stream of a body is counted beside its response. */
const LARGE_BODY = 65_536;
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
  // What waits to be read hangs on the other end, which cannot be seen from here.
  replace(proto("WebSocket"), "send", (native) => function (...args) {
    holdForGood(bytesOf(args[0]));
    hurry();
    return apply(native, this, args);
  });
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
  const response = proto("Response");
  if (!response) return;
  const bodyOf = getterOf(proto("Body") ?? response, "body") ?? getterOf(response, "body");
  /** Who keeps the stream of a body, or its headers alone, keeps the memory. */
  const given = (object: object, body: number, init: unknown): void => {
    grow(object, body);
    if (body > LARGE_BODY && bodyOf) {
      const stream = apply(bodyOf, object, []) as object | null;
      if (stream) grow(stream, body);
    }
    if (typeof init !== "object" || init === null || get(init, "headers") === undefined) return;
    const headers = get(object, "headers") as object;
    grow(headers, entries(headers, get(headers, "forEach") as Each));
  };
  guardClass(holders, "Response", { after: (made, args) => given(made, sizeOf(args[0]), args[1]) });
  guardClass(holders, "Request", {
    after(request, args) {
      const [input, init] = args as [unknown, { body?: unknown } | undefined];
      given(request, bytesOf(input) + sizeOf(init?.body), init);
    },
  });
  replace(nativeClass(holders, "Response"), "json", (native) => function (...args) {
    const made = apply(native, this, args) as object;
    given(made, bytesOf(stringify(args[0])), args[1]);
    return made;
  });
  for (const target of [response, proto("Request")]) {
    replace(target, "clone", (native) => function (...args) {
      const clone = apply(native, this, args) as object;
      given(clone, sizeOf(this), undefined);
      return clone;
    });
  }
  replace(proto("ReadableStream"), "tee", (native) => function (...args) {
    const branches = apply(native, this, args) as object[];
    for (let at = 0; at < branches.length; at++) grow(branches[at] as object, sizeOf(this));
    return branches;
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
  const size = blob ? getterOf(blob, "size") : undefined;
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

function getterOf(target: object, name: string): (() => unknown) | undefined {
  return Object.getOwnPropertyDescriptor(target, name)?.get;
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
