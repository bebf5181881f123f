// Builds the page's files: node build.mjs [FOLDER], by default into ../static.
import { build } from "esbuild";

const outdir = process.argv[2] ?? "../static";
const shared = { bundle: true, minify: true, legalComments: "none", charset: "utf8", outdir };
// Phones that are five years old and no more: no polyfill, nothing that they lack.
const target = ["chrome87", "firefox90", "safari15"];

await build({
  ...shared,
  entryPoints: { chat: "main.ts", embed: "embed.ts" },
  format: "iife",
  target,
});
await build({ ...shared, entryPoints: { page: "style.css" } });
