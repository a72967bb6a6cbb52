/**
 * Two projects: `node` runs what is plain TypeScript, `workers` runs inside workerd with the
 * bindings of wrangler.toml. A test file's folder decides where it runs.
 */
import { fileURLToPath } from "node:url";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { configDefaults, defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const node = [
  "sdk/**/*.test.ts",
  "tools/**/*.test.ts",
  "test/!(matrix|fuzz)/**/*.test.ts",
  "worker/sandbox/guard/**/*.test.ts",
  "worker/egress/**/*.test.ts",
  "worker/ingress/**/*.node.test.ts",
];
const workers = ["db/**/*.test.ts", "durable-objects/**/*.test.ts", "worker/**/*.test.ts", "test/{matrix,fuzz}/**/*.test.ts"];

/** What test/fuzz is asked to try; tests see no environment but their bindings. */
const fuzzing = Object.fromEntries(["FUZZ_SEED", "FUZZ_RUNS"].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));

/** 32 bytes in base64; for tests alone. */
const masterKey = Buffer.alloc(32, "test-master-key").toString("base64");

export default defineConfig({
  test: {
    projects: [
      {
        test: { name: "node", include: node, exclude: [...configDefaults.exclude, "sdk/dist/**", "sdk/cli/templates/**"], testTimeout: 30_000, hookTimeout: 60_000 },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: at("wrangler.toml") },
            remoteBindings: false,
            miniflare: {
              bindings: {
                MASTER_KEY: masterKey,
                OPERATOR_KEY: "test-operator-key",
                PUBLIC_URL: "https://flows.example.com",
                ...fuzzing,
                TEST_MIGRATIONS: await readD1Migrations(at("migrations")),
              },
            },
          })),
        ],
        test: {
          name: "workers",
          include: workers,
          exclude: [...configDefaults.exclude, ...node],
          setupFiles: [at("test/setup/workers.ts")],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
