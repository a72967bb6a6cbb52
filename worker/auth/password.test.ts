import { describe, expect, it } from "vitest";
import { hashPassword, verifyPassword } from "./password.ts";

describe("a password's hash", () => {
  it("says how it was made, and is another each time", async () => {
    const [first, second] = [await hashPassword("correct horse battery"), await hashPassword("correct horse battery")];
    expect(first).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(second).not.toBe(first);
  });

  it("takes the password it was made from and no other", async () => {
    const stored = await hashPassword("correct horse battery");
    expect(await verifyPassword("correct horse battery", stored)).toEqual({ ok: true, outdated: false });
    expect(await verifyPassword("correct horse Battery", stored)).toEqual({ ok: false, outdated: false });
  });

  it("takes the same characters however the keyboard composes them", async () => {
    const stored = await hashPassword("cre\u0300me bru\u0302le\u0301e");
    expect(await verifyPassword("cr\u00e8me br\u00fbl\u00e9e", stored)).toMatchObject({ ok: true });
  });

  it("is the scrypt of RFC 7914, section 12", async () => {
    // scrypt (P="password", S="NaCl", N=1024, r=8, p=16), its first 32 bytes
    const key = "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162";
    const bytes = Uint8Array.from(key.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    const stored = `$scrypt$ln=10,r=8,p=16$${btoa("NaCl").replace(/=+$/, "")}$${btoa(String.fromCharCode(...bytes)).replace(/=+$/, "")}`;
    expect(await verifyPassword("password", stored)).toEqual({ ok: true, outdated: true });
  });

  it("of no account is never right", async () => {
    expect(await verifyPassword("correct horse battery", null)).toEqual({ ok: false, outdated: false });
  });

  it("that is none of ours is an error, not a wrong password", async () => {
    await expect(verifyPassword("x", "$2b$10$abcdefghijklmnopqrstuv")).rejects.toThrow(/not of the form/);
  });
});
