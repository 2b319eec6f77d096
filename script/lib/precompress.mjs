// Writes a Brotli variant beside every text and wasm file of the built site, for the server to send as it is.

import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const compressible = /\.(wasm|js|css|svg|json|txt|html|xml|webmanifest)$/;
const compress = promisify(brotliCompress);

async function precompressFile(path) {
  const original = await readFile(path);
  const compressed = await compress(original, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: original.length,
    },
  });
  if (compressed.length < original.length) await writeFile(`${path}.br`, compressed);
  else await rm(`${path}.br`, { force: true });
}

/** Writes the variants of all files in a folder and its subfolders. */
export async function precompress(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && compressible.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  await Promise.all(paths.map(precompressFile));
}
