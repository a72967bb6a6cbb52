/**
 * The forms in which a server may send a secret back: as it is, or in one of the encodings
 * that programs put text into without being asked. Reversed, split, compressed once more or
 * enciphered it is not found: docs/secrets.md says so.
 * @module
 */
import { toBase64, utf8 } from "../auth/bytes.ts";

const lowerEscapes = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
const hexOf = (bytes: Uint8Array, before = ""): string => Array.from(bytes, (byte) => before + byte.toString(16).padStart(2, "0")).join("");
const unicode = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
const upperUnicode = (text: string): string => text.replace(/\\u[0-9a-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`);

/** The inside of a JSON string, as writers of JSON differ about it. */
function jsonForms(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1);
  const html = plain.replace(/[<>&']/g, unicode);
  const forms = [plain, html, plain.replace(/[<>&]/g, unicode)].flatMap((one) => [one, one.replaceAll("/", "\\/")]);
  const ascii = forms.map((one) => one.replace(/[\u0080-\uffff]/g, unicode));
  const all = [...forms, ...ascii];
  return [...all, ...all.map(upperUnicode), JSON.stringify(plain).slice(1, -1)];
}

function urlForms(text: string): string[] {
  const component = encodeURIComponent(text);
  const strict = component.replace(/[!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([["", text]]).toString().slice(1);
  const upper = [component, strict, form, encodeURI(text), hexOf(utf8(text), "%").toUpperCase()];
  return [...upper, ...upper.map(lowerEscapes)];
}

function markupForms(text: string): string[] {
  const escape = (quotes: Record<string, string>): string => text.replace(/[&<>"']/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", ...quotes })[char] ?? char);
  return [escape({}), escape({ "'": "&#39;" }), escape({ "'": "&#x27;" }), escape({ "'": "&apos;" }), escape({ '"': "&#34;", "'": "&#39;" }), escape({ '"': '"' })];
}

/**
 * In base64 a text looks different by where it begins: at each of the three places of a group
 * all characters that it alone decides. Those at the edges tell a few bits of its first and last byte.
 */
function base64Forms(text: string): string[] {
  const bytes = utf8(text);
  const inside = [0, 1, 2].map((before) => {
    const shifted = new Uint8Array(before + bytes.length);
    shifted.set(bytes, before);
    return toBase64(shifted).slice(Math.ceil((before * 8) / 6), Math.floor((shifted.length * 8) / 6));
  });
  const standard = [toBase64(bytes), ...inside];
  const url = standard.map((one) => one.replaceAll("+", "-").replaceAll("/", "_"));
  return [...standard, ...url, ...standard.map(encodeURIComponent), ...standard.map((one) => one.replaceAll("/", "\\/"))];
}

/** Every form of a value, each once; the value itself is the first. */
export function formsOf(value: string): string[] {
  // Line ends change on the way through forms, blanks at the ends get lost.
  const texts = [value, value.trim(), value.replace(/\r?\n/g, "\n"), value.replace(/\r?\n/g, "\r\n")].filter((text) => text.length >= 8);
  const forms = texts.flatMap((text) => {
    const hex = hexOf(utf8(text));
    return [text, ...jsonForms(text), ...urlForms(text), ...markupForms(text), ...base64Forms(text), hex, hex.toUpperCase()];
  });
  return [...new Set(forms)];
}
