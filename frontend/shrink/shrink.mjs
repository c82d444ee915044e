// Makes what the browser loads smaller. Each command writes only what changed.
//
//   shrink.mjs wasm FOLDER        optimises its wasm files for size, in place
//   shrink.mjs style MAIN OUT     bundles a stylesheet with its imports into one
//   shrink.mjs compress FOLDER    puts a brotli file beside each text, wasm and icon

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { bundle } from "lightningcss";

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
