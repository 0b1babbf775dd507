import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (name: string) => fileURLToPath(new URL(`src/${name}`, import.meta.url));

export default defineConfig({
  // The page serves dist/ under a path that is only known at run time, so chunks import each other relatively.
  base: "./",
  build: {
    target: "es2022",
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
