import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";
import { defineConfig } from "vitest/config";

const source = (name: string) => fileURLToPath(new URL(`src/${name}`, import.meta.url));
const target = "es2022";

/** After the page's bundles, those of files that open from disk: one classic script each, as browsers let a page from
 * disk import nothing. */
function standalone(entries: Readonly<Record<string, string>>): Plugin {
  let outDir = "dist";
  return {
    name: "standalone",
    apply: "build",
    configResolved: (config) => {
      outDir = config.build.outDir;
    },
    closeBundle: async () => {
      for (const [name, input] of Object.entries(entries)) {
        await build({
          configFile: false,
          publicDir: false,
          logLevel: "warn",
          build: {
            target,
            outDir,
            emptyOutDir: false,
            chunkSizeWarningLimit: 900,
            modulePreload: false,
            rollupOptions: { input, output: { format: "iife", entryFileNames: `${name}.js` } },
          },
        });
      }
    },
  };
}

export default defineConfig({
  // The page serves dist/ under a path that is only known at run time, so chunks import each other relatively.
  base: "./",
  plugins: [
    standalone({
      standalone_network: source("standalone/network.ts"),
      standalone_figure: source("standalone/figure.ts"),
    }),
  ],
  build: {
    target,
    outDir: "dist",
    emptyOutDir: true,
    // three.js alone is over Vite's 500 KB warning; it is one chunk and is fetched once.
    chunkSizeWarningLimit: 700,
    modulePreload: false,
    // Not library mode: that leaves the white space in.
    rollupOptions: {
      input: {
        scene: source("scene_component.ts"),
        figure: source("figure_component.ts"),
        links: source("links_component.ts"),
        timeline: source("timeline_component.ts"),
        engine: source("engine/index.ts"),
      },
      preserveEntrySignatures: "exports-only",
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
      },
    },
  },
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
  },
});
