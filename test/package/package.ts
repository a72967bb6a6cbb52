/**
 * The published package as others get it: packed, then installed from the tarball.
 * @module
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const repository = fileURLToPath(new URL("../..", import.meta.url));
export const sdk = join(repository, "sdk");
const execute = promisify(execFile);

export interface Ran {
  code: number;
  output: string;
}

/** Runs a program; a failure is a result too. */
export async function ran(program: string, args: readonly string[], cwd: string): Promise<Ran> {
  try {
    const { stdout, stderr } = await execute(program, [...args], { cwd, env: environment(), maxBuffer: 64 * 1024 * 1024 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number | string; stdout?: string; stderr?: string };
    return { code: typeof code === "number" ? code : 1, output: `${stdout ?? ""}${stderr ?? ""}${stdout === undefined ? String(error) : ""}` };
  }
}

export const node = (program: string, args: readonly string[], cwd: string): Promise<Ran> => ran(process.execPath, [program, ...args], cwd);
export const npm = (args: readonly string[], cwd: string): Promise<Ran> => ran("npm", [...args, "--no-audit", "--no-fund"], cwd);

/** A program of one of this repository's own tools. */
export function tool(packageName: string, file: string): string {
  return join(repository, "node_modules", packageName, file);
}

/** Without what npm and vitest tell their children: an installation of its own must not follow it. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_(registry|cache|cafile|proxy|https_proxy|strict_ssl))|VITEST|NODE_OPTIONS|NODE_ENV|EVERSTEP_|INIT_CWD)/i.test(name)));
}

const folders: string[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "everstep-package-"));
  folders.push(folder);
  return folder;
}

/** For afterAll. */
export function cleanUp(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Packs the package. @returns the tarball's path */
export async function pack(): Promise<string> {
  const folder = temporaryFolder();
  const { code, output } = await npm(["pack", "--pack-destination", folder], sdk);
  const name = readdirSync(folder).find((file) => file.endsWith(".tgz"));
  if (code !== 0 || !name) throw new Error(`npm pack failed:\n${output}`);
  return join(folder, name);
}
