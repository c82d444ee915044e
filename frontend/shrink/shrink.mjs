// Makes what the browser loads smaller. Each command writes only what changed.
//
//   shrink.mjs wasm FOLDER        optimises its wasm files and their scripts for size, in place
//   shrink.mjs style MAIN OUT     bundles a stylesheet with its imports into one
//   shrink.mjs compress FOLDER    puts a brotli file beside each text, wasm and icon

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { transformSync } from "esbuild";
import { bundle } from "lightningcss";
import { shortened } from "./names.mjs";

const commands = { wasm, style, compress };
const [name, ...rest] = process.argv.slice(2);
if (!commands[name]) throw new Error(`no such command: ${name}`);
commands[name](...rest);

function wasm(folder) {
  const tool = fileURLToPath(new URL("node_modules/.bin/wasm-opt", import.meta.url));
  const parts = readdirSync(folder).filter((name) => name.endsWith(".wasm"));
  let [before, after] = [0, 0];
  for (const file of parts.map((name) => join(folder, name))) {
    before += statSync(file).size;
    // Its warnings about names that nobody needs are of no use; a failure brings them along.
    execFileSync(tool, ["-Oz", file, "-o", `${file}.small`], { stdio: "pipe" });
    renameSync(`${file}.small`, file);
    after += statSync(file).size;
  }
  console.log(`wasm-opt: ${before} -> ${after} bytes in ${parts.length} parts`);
  scripts(folder);
}

// The script that joins wasm and browser, and the one that loads the parts. What the second asks
// of the first by name keeps its name.
function scripts(folder) {
  const path = (name) => join(folder, name);
  const split = readFileSync(path("split.js"), "utf8");
  const asked = new Set(split.match(/[A-Za-z_]\w+/g));
  const keep = { test: (name) => asked.has(name) || name === "hydrate" };
  const names = shortened(
    readFileSync(path("frontend_bg.wasm")),
    unexported(readFileSync(path("frontend.js"), "utf8")),
    keep,
  );
  writeFileSync(path("frontend_bg.wasm"), names.wasm);
  writeFileSync(path("frontend.js"), minified(names.script));
  writeFileSync(path("split.js"), minified(split));
}

// Without the classes whose wasm `bindgen` left out.
function unexported(script) {
  return script
    .replace(/^export class IntoUnderlying\w+ \{\n[^]*?^\}\n/gm, "")
    .replace(/^if \(Symbol\.dispose\) IntoUnderlying.*\n/gm, "");
}

function minified(script) {
  return transformSync(script, { minify: true, format: "esm", target: "es2022" }).code;
}

function style(main, out) {
  const { code } = bundle({ filename: main, minify: true });
  if (!existsSync(out) || !readFileSync(out).equals(Buffer.from(code))) writeFileSync(out, code);
}

function compress(folder) {
  const files = readdirSync(folder, { recursive: true }).map((path) => join(folder, path));
  for (const file of files.filter((path) => /\.(css|js|json|svg|wasm)$/.test(path))) {
    const out = `${file}.br`;
    if (existsSync(out) && statSync(out).mtimeMs >= statSync(file).mtimeMs) continue;
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    writeFileSync(out, brotliCompressSync(readFileSync(file), { params }));
  }
}
