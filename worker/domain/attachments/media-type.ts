/**
 * What a file is, by its bytes. What it is said to be counts only where bytes say nothing, as
 * with texts; a picture, a PDF, a document of an office or an archive has to be one.
 * @module
 */
import { fileTypeFromBuffer } from "file-type";

export const octets = "application/octet-stream";

/** Browsers show these in place; anything else they are given to keep. */
export const shownInPlace: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "application/pdf", "text/plain", "audio/mpeg", "audio/ogg", "audio/mp4", "video/mp4", "video/webm"]);

const executable: ReadonlySet<string> = new Set([
  "application/x-msdownload",
  "application/x-elf",
  "application/x-mach-binary",
  "application/java-vm",
  "application/java-archive",
  "application/vnd.android.package-archive",
  "application/wasm",
  "application/x-ms-shortcut",
  "application/x-chrome-extension",
  "application/x-apple-diskimage",
  "application/x-deb",
  "application/x-rpm",
]);
const executableNames = /\.(exe|com|dll|scr|pif|cpl|msi|msp|msc|bat|cmd|ps1|psm1|vbs|vbe|js|mjs|jse|wsf|wsh|hta|jar|apk|app|dmg|deb|rpm|sh|lnk|reg|scf|inf|url|desktop|appimage)$/i;

/** Texts that no browser runs; markup is not among them. */
const texts: ReadonlySet<string> = new Set(["text/plain", "text/csv", "text/markdown", "text/calendar", "text/vcard", "application/json", "application/x-ndjson"]);

const byName: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  heic: "image/heic",
  tif: "image/tiff",
  tiff: "image/tiff",
  bmp: "image/bmp",
  pdf: "application/pdf",
  zip: "application/zip",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  odt: "application/vnd.oasis.opendocument.text",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  odp: "application/vnd.oasis.opendocument.presentation",
  doc: "application/msword",
  xls: "application/vnd.ms-excel",
  ppt: "application/vnd.ms-powerpoint",
};

const aliases: Readonly<Record<string, string>> = { "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "application/x-zip-compressed": "application/zip", "application/x-pdf": "application/pdf", "image/apng": "image/png", "image/heif": "image/heic" };
const oneOf = (type: string): string => aliases[type] ?? type;

/** Whether the bytes are what it was said to be, where that can be told. */
function holds(said: string, sniffed: string | null): boolean {
  if (said === "image/svg+xml") return true;
  if (/^application\/(msword|vnd\.ms-(excel|powerpoint))$/.test(said)) return sniffed === "application/x-cfb";
  // Which of them an archive is, its own contents say; not all writers put that first.
  if (/^application\/vnd\.(openxmlformats|oasis)/.test(said)) return sniffed === said || sniffed === "application/zip";
  if (said.startsWith("image/") || said === "application/pdf" || said === "application/zip") return sniffed !== null && (sniffed === said || (said === "application/zip" && sniffed.startsWith("application/vnd.")));
  return true;
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

export type Found = { type: string } | { refused: string };

/** @param said the caller's `Content-Type`, if there is one */
export async function mediaTypeOf(bytes: Uint8Array, name: string, said: string | null): Promise<Found> {
  const sniffed = await fileTypeFromBuffer(bytes).then((found) => (found ? oneOf(found.mime) : null)).catch(() => null);
  if ((sniffed !== null && executable.has(sniffed)) || executableNames.test(name) || (bytes[0] === 0x23 && bytes[1] === 0x21)) return { refused: "programs and scripts are not taken" };
  const extension = /\.([a-z0-9]{2,5})$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  for (const claim of [said, byName[extension]]) if (claim && !holds(oneOf(claim), sniffed)) return { refused: `it is said to be ${claim}, and is ${sniffed ?? (isText(bytes) ? "a text" : "something else")}` };
  if (sniffed !== null) return { type: /xml|html/.test(sniffed) && !sniffed.startsWith("application/vnd.") ? octets : precise(sniffed, byName[extension]) };
  if (!isText(bytes)) return { type: octets };
  const markup = /^[\s\ufeff]*</.test(new TextDecoder().decode(bytes.subarray(0, 1000)));
  const wanted = said ?? (extension === "csv" ? "text/csv" : "text/plain");
  return { type: markup || !texts.has(wanted) ? octets : wanted };
}

/** What is only known to be an archive, or one of the old office's, its name says. */
function precise(sniffed: string, named: string | undefined): string {
  return named !== undefined && (sniffed === "application/x-cfb" || (sniffed === "application/zip" && named.startsWith("application/vnd."))) ? named : sniffed;
}
