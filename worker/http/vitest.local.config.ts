import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
const masterKey = Buffer.alloc(32, "test-master-key").toString("base64");
export default defineConfig({
  root: "/work/main",
  plugins: [cloudflareTest(async () => ({
    main: "/work/main/test/setup/worker-entry.ts",
    wrangler: { configPath: "/work/main/wrangler.toml" },
    remoteBindings: false,
    miniflare: { bindings: { MASTER_KEY: masterKey, OPERATOR_KEY: "test-operator-key", TEST_MIGRATIONS: await readD1Migrations("/work/main/migrations") } },
  }))],
  test: { include: ["worker/**/*.test.ts","db/**/*.test.ts"], exclude: ["worker/egress/**","worker/sandbox/**","worker/**/*.node.test.ts","**/node_modules/**"], setupFiles: ["/work/main/test/setup/workers.ts"], testTimeout: 30000, hookTimeout: 60000 },
});
