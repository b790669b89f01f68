// Builds static/build/ from static/css, static/js and static/images: `npm run build`.
// Only what the pages use goes in; WhiteNoise adds the hashes to the names when it collects.

import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compile } from "sass";

const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));
const output = path("build/");

const { css } = compile(path("css/application.scss"), {
  loadPaths: [path("..")],
  quietDeps: true,
  style: "compressed",
});
const {
  outputFiles: [script],
} = await build({
  entryPoints: [path("js/application.js")],
  bundle: true,
  format: "esm",
  legalComments: "none",
  minify: true,
  target: "es2020",
  write: false,
});

if (!script) throw new Error("esbuild made no script");

// Everything compiled: only now replace the last build.
await rm(output, { recursive: true, force: true });
await mkdir(output);
await writeFile(`${output}application.css`, css);
await writeFile(`${output}application.js`, script.contents);
await cp(path("images/"), output, { recursive: true });
