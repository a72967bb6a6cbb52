import { describe, expect, it } from "vitest";
import { decode, encode } from "../../sdk/schema/codec.ts";
import { Eraser } from "./eraser.ts";

const erased = (text: string, ...texts: string[]): string => new Eraser(texts).text(text);

describe("texts about a person", () => {
  it("go wherever they stand alone, in any case, also as they stand in addresses", () => {
    expect(erased("Mail to <Ann@Example.com>, ann@example.com.", "ann@example.com")).toBe("Mail to <[erased]>, [erased].");
    expect(erased("?to=ann%40example.com&x=1", "ann@example.com")).toBe("?to=[erased]&x=1");
    expect(erased("mail ann@example.com-1", "ann@example.com")).toBe("mail [erased]-1");
    expect(erased("Zoë Ångström called +55 11 99999-0000", "zoë ångström", "+55 11 99999-0000")).toBe("[erased] called [erased]");
  });

  it("stay where they are a part of somebody else's", () => {
    for (const text of ["joann@example.com", "x.ann@example.com", "ann@example.com.br", "ann@example.community", "ann@example.com-and-more.org"]) expect(erased(text, "ann@example.com"), text).toBe(text);
    expect(erased("Annual report by Joann", "ann")).toBe("Annual report by Joann");
  });

  it("mean what they say: nothing in them is a pattern", () => {
    expect(erased("a.b+c@example.com axb+c@example.com", "a.b+c@example.com")).toBe("[erased] axb+c@example.com");
    expect(erased("(11) 9999", "(11) 9999")).toBe("[erased]");
  });
});

describe("texts in values", () => {
  it("are found behind escapes, in names of members, in values within values, and the rest stays", () => {
    const eraser = new Eraser(['Ann "the" Lee', "ann@example.com"]);
    const value = { who: 'hi\nAnn "the" Lee', "ann@example.com": [1, encode({ to: "ann@example.com" })], other: true };
    expect(decode(eraser.encoded(encode(value)))).toEqual({ who: "hi\n[erased]", "[erased]": [1, encode({ to: "[erased]" })], other: true });
    expect(eraser.count).toBe(3);
  });

  it("are found in what JSON cannot hold, which still decodes", () => {
    const eraser = new Eraser(["ann@example.com", "Date"]);
    const value = new Map<string, unknown>([["to", "ann@example.com"], ["at", new Date(5)], ["link", new URL("https://x.test/?q=ann%40example.com")], ["bytes", new Uint8Array([1, 2])], ["why", new Error("no ann@example.com")]]);
    const back = decode(eraser.encoded(encode(value))) as Map<string, unknown>;
    expect([back.get("to"), back.get("at"), String(back.get("link")), back.get("bytes"), (back.get("why") as Error).message]).toEqual(["[erased]", new Date(5), "https://x.test/?q=[erased]", new Uint8Array([1, 2]), "no [erased]"]);
  });

  it("make the whole value go where it could not be read without them", () => {
    expect(decode(new Eraser(["ann@example.com"]).encoded(encode(new URL("ftp://ann@example.com/"))))).toBe("[erased]");
  });

  it("that hold nothing stay byte for byte", () => {
    for (const value of [{ a: 1 }, new Map([["a", undefined]]), undefined, "x"]) expect(new Eraser(["ann@example.com"]).encoded(encode(value))).toBe(encode(value));
  });
});
