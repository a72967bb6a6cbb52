// The archive: a folder, or the same as .tar.gz. `manifest.json` names every file under
// `data/` with its size and SHA-256; nothing is restored that differs from it.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { constants, copyFileSync, createReadStream, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { StartError } from "../lock.mjs";

export const format = 1;
const run = promisify(execFile);
const isFile = (path) => /\.(tar\.gz|tgz)$/.test(path);

/**
 * Turns a staging folder, files under `data/`, into an archive: whole, or not at all.
 * @param {{ staging: string, paths: string[], about: object, to: string }} options
 * @returns {Promise<{ bytes: number, sha256: string }>} of the files; of the manifest
 */
export async function writeArchive({ staging, paths, about, to }) {
  const files = [];
  for (const path of paths) files.push(await described(join(staging, "data"), path));
  const manifest = `${JSON.stringify({ format, ...about, files }, null, 1)}\n`;
  writeFileSync(join(staging, "manifest.json"), manifest, { mode: 0o600 });
  const target = resolve(to);
  const partial = `${target}.partial-${process.pid}`;
  mkdirSync(dirname(target), { recursive: true });
  try {
    if (isFile(target)) await tar(["-czf", partial, "-C", staging, "manifest.json", "data"]);
    else copyTree(staging, partial, ["manifest.json", ...paths.map((path) => `data/${path}`)]);
    if (!isFile(target)) rmSync(target, { recursive: true, force: true });
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
  return { bytes: files.reduce((sum, { size }) => sum + size, 0), sha256: createHash("sha256").update(manifest).digest("hex") };
}

/** @throws StartError when there is something already */
export function mustBeFree(to) {
  const target = resolve(to);
  if (existsSync(target) && (isFile(target) || !lstatSync(target).isDirectory() || readdirSync(target).length > 0)) throw new StartError(`${target} is there already: name another, or take it away`);
}

/**
 * Opens an archive, unpacked into `scratch` where it is a .tar.gz, and checks all of it.
 * @returns {Promise<{ root: string, manifest: object }>} root: the folder with `data/`
 * @throws StartError saying what is wrong with it
 */
export async function readArchive(from, scratch) {
  const source = resolve(from);
  if (!existsSync(source)) throw new StartError(`there is no ${source}`);
  let root = source;
  if (!lstatSync(source).isDirectory()) {
    root = scratch;
    mkdirSync(scratch, { recursive: true, mode: 0o700 });
    try {
      await tar(["-xzf", source, "-C", scratch, "--no-same-owner"]);
    } catch (error) {
      throw new StartError(`${source} cannot be unpacked: it is cut off, damaged, or no backup (${lastLine(error.stderr ?? error.message)})`, { cause: error });
    }
  }
  const manifest = readManifest(root, source);
  await check(root, manifest, source);
  return { root, manifest };
}

function readManifest(root, source) {
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(join(root, "manifest.json"), "utf8"));
  } catch (error) {
    throw new StartError(`${source} has no manifest.json that can be read: it is no backup, or a part of one (${error.message})`, { cause: error });
  }
  if (manifest.format !== format) throw new StartError(`${source} is a backup of format ${manifest.format}; this version reads ${format}`);
  if (!Array.isArray(manifest.files)) throw new StartError(`${source}: its manifest names no files`);
  return manifest;
}

async function check(root, { files }, source) {
  const data = join(root, "data");
  const entries = existsSync(data) ? readdirSync(data, { recursive: true, withFileTypes: true }) : [];
  const there = new Set(entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name).slice(data.length + 1).replaceAll("\\", "/")));
  for (const { path, size, sha256 } of files) {
    if (typeof path !== "string" || path.startsWith("/") || path.split(/[/\\]/).includes("..")) throw new StartError(`${source}: the manifest names ${JSON.stringify(path)}, which is outside of it`);
    if (!there.delete(path)) throw new StartError(`${source}: ${path} is missing`);
    if (!lstatSync(join(data, path)).isFile()) throw new StartError(`${source}: ${path} is no file`);
    const now = await described(data, path);
    if (now.size !== size) throw new StartError(`${source}: ${path} has ${now.size} bytes, and had ${size} when the backup was made`);
    if (now.sha256 !== sha256) throw new StartError(`${source}: ${path} was altered after the backup was made (its SHA-256 is ${now.sha256}, and was ${sha256})`);
  }
  const [more] = there;
  if (more !== undefined) throw new StartError(`${source}: ${more} is not in the manifest`);
}

async function described(root, path) {
  const hash = createHash("sha256");
  let size = 0;
  for await (const part of createReadStream(join(root, path))) {
    hash.update(part);
    size += part.length;
  }
  return { path, size, sha256: hash.digest("hex") };
}

/** Copies the named files of a folder. */
export function copyTree(from, to, paths) {
  for (const path of paths) {
    mkdirSync(join(to, dirname(path)), { recursive: true, mode: 0o700 });
    copyFileSync(join(from, path), join(to, path), constants.COPYFILE_FICLONE);
  }
}

async function tar(args) {
  try {
    await run("tar", args, { maxBuffer: 1 << 20 });
  } catch (error) {
    if (error.code === "ENOENT") throw new StartError(`the program "tar" is needed for .tar.gz; a folder needs none (--to ${basename(args[1]).replace(/\.(tar\.gz|tgz).*$/, "")})`, { cause: error });
    throw error;
  }
}

const lastLine = (text) => text.trim().split("\n").at(-1);
