// Packs the lazily loaded WebAssembly modules into few files. The splitter writes a module for each set of bundles that
// share code, so that a page would need some twenty requests; and modules that are compressed together are a sixth smaller.
//
// A pack is a WebAssembly module with nothing but custom sections: each contains one of the modules and has its name.

import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeLeb128 } from "./leb128.mjs";

export const MANIFEST = "__wasm_split_manifest.json";

/** The bundles of each section. What they share is in one pack, so that the next page of a section loads its own code alone. */
const SECTIONS = {
  integration: ["integration_pages"],
  settings: ["settings_pages", "api_tokens_pages", "oauth_apps_pages"],
};
/** The pack of the modules that several sections need. */
const COMMON = "bundle_common";

/** The preamble of a module: magic number and version. */
const PREAMBLE = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
const CUSTOM_SECTION = Buffer.from([0]);

/** Where the part of the splitter's script begins that loads modules. */
const LOADERS = "function makeLoad(";

/** What replaces that part, before the loader of each bundle. */
const RUNTIME = `
const packs = new Map();
const instances = new Map();
// Keeps the promise, except for one that failed, so that the next attempt starts again.
function once(promises, key, start) {
    if (!promises.has(key)) {
        const promise = start();
        promises.set(key, promise);
        promise.catch(() => promises.delete(key));
    }
    return promises.get(key);
}
function loadPack(file) {
    return once(packs, file, () => WebAssembly.compileStreaming(fetch(new URL(file, import.meta.url))));
}
function instantiate(file, name) {
    return once(instances, name, async () => {
        const [module] = WebAssembly.Module.customSections(await loadPack(file), name);
        return WebAssembly.instantiate(module, getSharedImports());
    });
}
async function loadBundle(shared, own) {
    await Promise.all(shared.map((module) => instantiate(...module)));
    return Promise.all(own.map((module) => instantiate(...module)));
}
`;

function customSection(name, content) {
  const label = Buffer.from(name);
  const body = Buffer.concat([writeLeb128(label.length), label, content]);
  return Buffer.concat([CUSTOM_SECTION, writeLeb128(body.length), body]);
}

const nameOf = (bundle) => bundle.replace(/^_+|_view_\d+$/g, "");
const sectionOf = (bundle) => Object.keys(SECTIONS).find((section) => SECTIONS[section].includes(nameOf(bundle)));

/**
 * Chooses the pack of each module that a bundle needs: one that is shared, or the bundle's own. A bundle outside of the
 * sections loads no more than it needs: its pack has copies of what it shares with others.
 * @param {Record<string, string[]>} manifest the modules of each bundle
 * @returns {Record<string, { module: string, pack: string, isShared: boolean }[]>}
 */
function choosePacks(manifest) {
  const missing = Object.values(SECTIONS).flat().filter((name) => !Object.keys(manifest).map(nameOf).includes(name));
  if (missing.length > 0) throw new Error(`There is no bundle ${missing.join(" or ")}. Adapt script/lib/pack-modules.mjs.`);
  const choose = (bundle) => (module) => {
    const users = Object.keys(manifest).filter((user) => manifest[user].includes(module));
    const inSections = users.filter(sectionOf);
    const sections = new Set(inSections.map(sectionOf));
    let pack = `bundle_${nameOf(bundle)}`;
    if (sectionOf(bundle) && sections.size > 1) pack = COMMON;
    else if (sectionOf(bundle) && inSections.length > 1) pack = `bundle_${sectionOf(bundle)}_common`;
    return { module, pack, isShared: users.length > 1 };
  };
  return Object.fromEntries(Object.keys(manifest).map((bundle) => [bundle, manifest[bundle].map(choose(bundle))]));
}

/** Returns the script that loads the packs: the splitter's with other loaders. */
function packLoader(script, bundles) {
  const end = script.indexOf(LOADERS);
  if (end === -1) throw new Error(`The splitter's script has no "${LOADERS}". Adapt script/lib/pack-modules.mjs.`);
  const list = (modules) => JSON.stringify(modules.map(({ module, pack }) => [`./${pack}.wasm`, module]));
  const loaders = Object.entries(bundles).map(([bundle, modules]) => {
    const shared = list(modules.filter(({ isShared }) => isShared));
    const own = list(modules.filter(({ isShared }) => !isShared));
    return `export const __wasm_split_load_${bundle} = wrapAsyncCb(() => loadBundle(${shared}, ${own}));\n`;
  });
  return script.slice(0, end) + RUNTIME + loaders.join("");
}

/**
 * Replaces the modules in a folder by packs, and changes the manifest and the script that loads them.
 * @param {string} folder
 * @param {string} loader the name of the script
 */
export async function packModules(folder, loader) {
  const manifest = JSON.parse(await readFile(join(folder, MANIFEST), "utf8"));
  const contents = new Map();
  for (const module of new Set(Object.values(manifest).flat())) {
    contents.set(module, await readFile(join(folder, `${module}.wasm`)));
  }
  const bundles = choosePacks(manifest);
  const packs = new Map();
  for (const { module, pack } of Object.values(bundles).flat()) packs.set(pack, (packs.get(pack) ?? new Set()).add(module));
  for (const module of contents.keys()) await rm(join(folder, `${module}.wasm`));
  for (const [pack, modules] of packs) {
    const sections = [...modules].map((module) => customSection(module, contents.get(module)));
    await writeFile(join(folder, `${pack}.wasm`), Buffer.concat([PREAMBLE, ...sections]));
  }
  const packsOf = (modules) => [...new Set(modules.map(({ pack }) => pack))];
  const packed = Object.fromEntries(Object.entries(bundles).map(([bundle, modules]) => [bundle, packsOf(modules)]));
  await writeFile(join(folder, MANIFEST), JSON.stringify(packed));
  const path = join(folder, loader);
  await writeFile(path, packLoader(await readFile(path, "utf8"), bundles));
}
