import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { htmlToText } from "./html-to-text.ts";

describe("the text of HTML", () => {
  it.each<[string, string, string]>([
    ["paragraphs and line breaks", "<p>One<br>two</p><p>Three</p>", "One\ntwo\n\nThree"],
    ["blanks as a browser shows them", "<p>One\n   two</p>\n\n<div> three </div>", "One two\n\nthree"],
    ["lists", "<ul><li>a</li><li>b</li></ul>", "- a\n- b"],
    ["where links lead", '<a href="https://example.com/?a=1&amp;b=2">here</a>', "here (https://example.com/?a=1&b=2)"],
    ["a link that says so itself, once", "<a href='https://example.com'>https://example.com</a> <a href=mailto:a@example.com>a@example.com</a>", "https://example.com a@example.com"],
    ["no addresses that run something", '<a href="javascript:alert(1)">x</a>', "x"],
    ["entities", "&lt;b&gt; &amp;amp; &#233; &#x2713; &nbsp;&unknown; &#0; &#55296;", "<b> &amp; é ✓ &unknown; \ufffd \ufffd"],
    ["nothing of styles, scripts and comments", "<style>p{}</style><script>if (a<b) {}</script><!-- <p>no</p> -->yes<title>no</title>", "yes"],
    ["what is not closed", "a <b>b <style>c", "a b"],
    ["a table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"],
  ])("has %s", (_, html, expected) => {
    expect(htmlToText(html)).toBe(`${expected}\n`);
  });

  it("comes of any source, and soon", () => {
    const piece = fc.constantFrom("<", ">", "<a href=", "<!--", "</a>", "<style>", "&#", "&lt;", "&", ";", "x", " ", "\n", '"', "<p>", "<li>");
    fc.assert(fc.property(fc.array(piece, { maxLength: 80 }).map((all) => all.join("")), (html) => htmlToText(html).endsWith("\n")), { numRuns: 1_000 });
    for (const part of ["<", "<a href=", "<!--", "<style>", "&#", " ", "\n", "<p>"]) expect(htmlToText(part.repeat(40_000))).toBeTypeOf("string");
  });
});
