// Writes a Brotli variant beside every text and wasm file of the built site, for the server to hand out as it is.
// Usage: node precompress.mjs FOLDER

import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const compressible = /\.(wasm|js|css|svg|json|txt|html|xml|webmanifest)$/;
const compress = promisify(brotliCompress);

async function modified(path) {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}

async function precompress(path) {
  const variant = `${path}.br`;
  if ((await modified(variant)) >= (await modified(path))) return;
  const original = await readFile(path);
  const compressed = await compress(original, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: original.length,
    },
  });
  if (compressed.length < original.length) await writeFile(variant, compressed);
  else await rm(variant, { force: true });
}

const entries = await readdir(process.argv[2], { recursive: true, withFileTypes: true });
const paths = entries
  .filter((entry) => entry.isFile() && compressible.test(entry.name))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
await Promise.all(paths.map(precompress));
