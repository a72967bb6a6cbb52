/**
 * `node` runs what is plain TypeScript; `workers`, whose files share a runtime, and
 * `workers-own-runtime` run inside workerd with the bindings of wrangler.toml. A test file's
 * folder decides where it runs.
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
/** What these test looks over all tenants, or changes what all of them share: each has a runtime and a database of its own. */
const ownRuntime = [
  "worker/domain/auth/upkeep.test.ts",
  "worker/domain/keys/**/*.test.ts",
  "worker/domain/privacy/**/*.test.ts",
  "worker/domain/retention/**/*.test.ts",
  "worker/http/privacy*.test.ts",
  "worker/http/tenants.test.ts",
  "worker/http/webhooks-upkeep.test.ts",
  "worker/realtime/**/*.test.ts",
  "test/{matrix,fuzz}/**/*.test.ts",
];
const workers = ["db/**/*.test.ts", "durable-objects/**/*.test.ts", "worker/**/*.test.ts", "test/{matrix,fuzz}/**/*.test.ts"];

/** What test/fuzz is asked to try; tests see no environment but their bindings. */
const fuzzing = Object.fromEntries(["FUZZ_SEED", "FUZZ_RUNS"].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));

/** 32 bytes in base64; for tests alone. */
const masterKey = Buffer.alloc(32, "test-master-key").toString("base64");

interface Project {
  name: string;
  isolate: boolean;
  include: string[];
  exclude: string[];
}

/** A project that runs inside workerd. */
const workersProject = ({ exclude, ...test }: Project) => ({
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
    ...test,
    exclude: [...configDefaults.exclude, ...exclude],
    setupFiles: [at("test/setup/workers.ts")],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

export default defineConfig({
  test: {
    // What goes on behind an answer may want a module of the Worker while the runtime is being ended.
    onUnhandledError: ({ name }) => name !== "EnvironmentTeardownError",
    projects: [
      {
        test: { name: "node", include: node, exclude: [...configDefaults.exclude, "sdk/dist/**", "sdk/cli/templates/**"], testTimeout: 30_000, hookTimeout: 60_000 },
      },
      ...[
        // Loading the Worker takes longer than most files' tests: these share it.
        { name: "workers", isolate: false, include: workers, exclude: [...node, ...ownRuntime] },
        { name: "workers-own-runtime", isolate: true, include: ownRuntime, exclude: node },
      ].map(workersProject),
    ],
  },
});
