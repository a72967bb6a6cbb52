import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formsOf } from "./secrets-forms.ts";
import { Forms, Redaction, TooDear } from "./secrets-redact.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function inChunks(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((one, other) => one - other), bytes.length];
  return places.slice(1).map((to, index) => bytes.slice(places[index], to));
}

function redact(forms: Forms, marks: string[], chunks: readonly Uint8Array[]): string {
  const redaction = new Redaction(forms, marks);
  const parts = [...chunks.map((chunk) => redaction.push(chunk)), redaction.end()];
  return decode(Uint8Array.from(parts.flatMap((part) => [...part])));
}

/** As the rule says, without any cleverness: from left to right, the longest form at each place. */
function naively(text: string, secrets: readonly string[][], marks: readonly string[]): string {
  const forms = secrets.flatMap((list, secret) => list.map((form) => ({ form, secret }))).sort((one, other) => other.form.length - one.form.length || one.secret - other.secret);
  let out = "";
  for (let at = 0; at < text.length; ) {
    const found = forms.find(({ form }) => text.startsWith(form, at));
    out += found ? marks[found.secret] : text[at];
    at += found?.form.length ?? 1;
  }
  return out;
}

/** Few letters: forms overlap, begin alike and stand in each other. */
const letters = (minLength: number, maxLength: number) => fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength, maxLength });

describe("an answer cut into chunks", () => {
  it("is redacted as in one piece, and as the rule says, for whatever forms and cuts", () => {
    const secrets = fc.array(fc.array(letters(2, 9), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(secrets, letters(0, 120), fc.array(fc.nat(), { maxLength: 30 }), (lists, text, cuts) => {
        const marks = lists.map((_, number) => `[${number}]`);
        const forms = new Forms(lists);
        const bytes = encode(text);
        const expected = naively(text, lists, marks);
        expect(redact(forms, marks, [bytes])).toBe(expected);
        expect(redact(forms, marks, inChunks(bytes, cuts))).toBe(expected);
        expect(redact(forms, marks, [...bytes].map((byte) => Uint8Array.of(byte)))).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it("never shows a form of a secret that stands in it, whatever the secret's characters", () => {
    const value = fc.oneof(fc.string({ unit: "binary", minLength: 8, maxLength: 40 }), fc.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 40 }), fc.stringMatching(/^[A-Za-z0-9_-]{8,64}$/)).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(value, fc.nat(), fc.array(fc.nat(), { maxLength: 20 }), (secret, pick, cuts) => {
        const list = formsOf(secret);
        const form = list[pick % list.length] ?? "";
        const shown = redact(new Forms([list]), ["‹gone›"], inChunks(encode(`before ${form} after`), cuts));
        for (const one of list) expect(shown).not.toContain(one);
        expect(shown).toContain("‹gone›");
      }),
      { numRuns: 500 },
    );
  });

  it("hands on at once all that cannot be the beginning of a form", () => {
    const redaction = new Redaction(new Forms([["abcdefgh"]]), ["*"]);
    expect(decode(redaction.push(encode("data: hello\n\n")))).toBe("data: hello\n\n");
    expect(decode(redaction.push(encode("xxabc")))).toBe("xx");
    expect(decode(redaction.push(encode("abcd")))).toBe("abc");
    expect(decode(redaction.push(encode("efgh!")))).toBe("*!");
    expect(decode(redaction.end())).toBe("");
  });

  it("is looked through in a time that its length bounds, even when made to be dear", () => {
    const secret = `${"a".repeat(8_000)}b`;
    const redaction = new Redaction(new Forms([[secret]]), ["*"]);
    const chunk = encode("a".repeat(1_048_576));
    expect(() => {
      for (let count = 0; count < 25; count++) redaction.push(chunk);
    }).toThrow(TooDear);
  });

  it("passes at length when nothing is in it", () => {
    const forms = new Forms([formsOf("sk_live_4eC39HqLyjWDarjtT1zdp7dc")]);
    const redaction = new Redaction(forms, ["*"]);
    const chunk = encode(JSON.stringify({ id: "sk_live_4eC39HqLyjWDarjtT1zdp7dX", list: Array.from({ length: 5_000 }, (_, number) => `entry ${number}`) }));
    let size = 0;
    for (let count = 0; count < 200; count++) size += redaction.push(chunk).length;
    expect(size + redaction.end().length).toBe(chunk.length * 200);
  });
});

describe("the forms of a secret", () => {
  const secret = `p@ss "word"/<&>'é+\n~`;
  const utf8 = Buffer.from(secret);

  it.each([
    ["as it is", secret],
    ["in JSON", JSON.stringify({ secret })],
    ["in JSON with escaped slashes", JSON.stringify({ secret }).replaceAll("/", "\\/")],
    ["in JSON that is ASCII", JSON.stringify({ secret }).replace("é", "\\u00e9")],
    ["in JSON for HTML", JSON.stringify({ secret }).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)],
    ["in JSON in JSON", JSON.stringify({ body: JSON.stringify({ secret }) })],
    ["in a URL", `https://x.example/?q=${encodeURIComponent(secret)}&r=1`],
    ["in a URL with lower-case escapes", `q=${encodeURIComponent(secret).replace(/%../g, (escape) => escape.toLowerCase())}`],
    ["in a form", new URLSearchParams({ q: secret }).toString()],
    ["as a URL parser writes it", `<a href="/?${encodeURI(secret)}">`],
    ["in HTML", secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;")],
    ["in base64", utf8.toString("base64")],
    ["in base64 after one other byte", Buffer.from(`:${secret}!`).toString("base64")],
    ["in base64 after two other bytes", Buffer.from(`a:${secret}`).toString("base64")],
    ["in base64url", Buffer.from(`user:${secret}`).toString("base64url")],
    ["in base64 in a URL", encodeURIComponent(utf8.toString("base64"))],
    ["in hex", `0x${utf8.toString("hex")}`],
    ["in upper-case hex", utf8.toString("hex").toUpperCase()],
    ["with the line ends of a form", secret.replace("\n", "\r\n")],
  ])("are found %s", (_, text) => {
    const shown = redact(new Forms([formsOf(secret)]), ["[gone]"], [encode(text)]);
    expect(shown).toContain("[gone]");
    // What may be left is a character at the edge of a base64 text.
    expect(text.length - shown.length).toBeGreaterThan(text.length / 8);
  });

  it("do not include the reversed value: who can do that at an allowed host has the secret anyway", () => {
    const text = [...secret].reverse().join("");
    expect(redact(new Forms([formsOf(secret)]), ["[gone]"], [encode(text)])).toBe(text);
  });
});
