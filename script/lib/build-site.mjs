// Builds the files that a browser loads from the WebAssembly module, the style sheets and the public files: minified, named
// after a hash of their content, and each with a Brotli variant beside it. The server reads the names from `hash.txt`.
// Usage: node build-site.mjs MODULE SITE HASH_FILE    (from the root of the repository)

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { MANIFEST, packModules } from "./pack-modules.mjs";
import { precompress } from "./precompress.mjs";
import { trimBindings } from "./trim-bindings.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const tools = join(root, "script/tools");
const { build, transform } = createRequire(join(tools, "package.json"))("esbuild");

const NAME = "gatehouse";
/** What `wasm-bundler` writes in the place of a hash of the same length. */
const HASH_PLACEHOLDER = "______________________";
/** The oldest browsers that the style sheet is written for. */
const BROWSERS = ["chrome111", "edge111", "firefox114", "safari16.4"];

const [module, site, hashFile] = process.argv.slice(2);
const pkg = join(site, "pkg");

function run(command, ...args) {
  return new Promise((done, fail) => {
    spawn(command, args, { stdio: "inherit" })
      .on("error", fail)
      .on("exit", (code) => (code === 0 ? done() : fail(new Error(`${command} ended with ${code}.`))));
  });
}

/** Runs a job for each item, as many at a time as there are processors. */
async function forEachInParallel(items, job) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await job(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

async function optimizeWasm() {
  const modules = (await readdir(pkg)).filter((file) => file.endsWith(".wasm"));
  await forEachInParallel(modules, async (file) => {
    const path = join(pkg, file);
    const features = ["--enable-bulk-memory", "--enable-nontrapping-float-to-int"];
    await run(join(tools, "node_modules/.bin/wasm-opt"), "-Oz", "--converge", ...features, path, "-o", path);
  });
}

async function minifyScript() {
  const path = join(pkg, `${NAME}.js`);
  const { code } = await transform(await readFile(path, "utf8"), { loader: "js", format: "esm", minify: true });
  await writeFile(path, code);
}

async function bundleStyle() {
  await build({
    entryPoints: [join(root, "style/main.css")],
    outfile: join(pkg, `${NAME}.css`),
    bundle: true,
    minify: true,
    target: BROWSERS,
    logLevel: "warning",
  });
}

const hashOf = async (path) => createHash("md5").update(await readFile(path)).digest("base64url");

/** Replaces each of the names within a text by its new one. */
function replaceNames(text, names) {
  const olds = [...names.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(olds.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g");
  return text.replace(pattern, (name) => names.get(name));
}

/** Replaces a name by another one of the same length within the compiled modules. */
async function replaceInModules(old, name) {
  for (const file of (await readdir(pkg)).filter((file) => file.endsWith(".wasm"))) {
    const bytes = await readFile(join(pkg, file));
    for (let at = bytes.indexOf(old); at !== -1; at = bytes.indexOf(old, at)) bytes.write(name, at);
    await writeFile(join(pkg, file), bytes);
  }
}

/** Names the files after their content, so that a browser may keep each for ever. */
async function addHashes() {
  const entries = await readdir(pkg, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  const hashes = new Map();
  const names = new Map();
  for (const file of files) {
    const hash = await hashOf(join(pkg, file));
    hashes.set(file, hash);
    names.set(file, file.includes(HASH_PLACEHOLDER) ? file.replace(HASH_PLACEHOLDER, hash) : file.replace(/\.(\w+)$/, `.${hash}.$1`));
  }
  for (const [old, name] of names) await rename(join(pkg, old), join(pkg, name));

  const script = join(pkg, names.get(`${NAME}.js`));
  const loader = files.find((file) => file.includes(HASH_PLACEHOLDER));
  const loaderPath = join(pkg, names.get(loader));
  await writeFile(loaderPath, replaceNames(await readFile(loaderPath, "utf8"), names));
  // The loader holds the new names now, so its own hash is another one.
  const loaderHash = await hashOf(loaderPath);
  const loaderName = loader.replace(HASH_PLACEHOLDER, loaderHash);
  await rename(loaderPath, join(pkg, loaderName));
  names.set(loader, loaderName);
  await replaceInModules(loader, loaderName);
  await writeFile(script, replaceNames(await readFile(script, "utf8"), names));

  // The manifest names modules without their extension.
  const manifest = join(pkg, names.get(MANIFEST));
  const stems = new Map();
  for (const [old, name] of names) {
    if (old.endsWith(".wasm")) stems.set(JSON.stringify(old.slice(0, -5)), JSON.stringify(name.slice(0, -5)));
  }
  const listed = replaceNames(await readFile(manifest, "utf8"), stems);
  await writeFile(manifest, replaceNames(listed, new Map([[loader, loaderName]])));

  const lines = ["js", "wasm", "css"].map((kind) => `${kind}: ${hashes.get(`${NAME}.${kind}`)}\n`);
  lines.push(`manifest: ${hashes.get(MANIFEST)}\n`, `split: ${loaderHash}\n`);
  await writeFile(hashFile, lines.join(""));
}

await rm(site, { recursive: true, force: true });
await mkdir(pkg, { recursive: true });
await cp(join(root, "public"), site, { recursive: true });
await run(join(root, "target/tools/release/wasm-bundler"), module, pkg, NAME);
await trimBindings(join(pkg, `${NAME}.wasm`), join(pkg, `${NAME}.js`));
await Promise.all([optimizeWasm().then(() => packModules(pkg, `__wasm_split.${HASH_PLACEHOLDER}.js`)), minifyScript(), bundleStyle()]);
await addHashes();
await precompress(site);
